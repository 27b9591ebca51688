"""While a role is held and when it ends: leave, stand-in, stepping down, at once, corrections, staff, jobs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification, OutboxMessage
from foundation.streams import person_key, unit_key
from tests.cast import Cast, person_of
from tests.posts.conftest import DAY, held_by, make_noticed, make_person, run_out, vacate
from tests.roster.books import simple
from volunteers.accounts.models import User
from volunteers.inbox.gate import admissions
from volunteers.people.models import Person
from volunteers.posts import jobs, leaves, proposals, services
from volunteers.posts.models import Leave, Proposal, TermReminder
from volunteers.posts.selectors import mine
from volunteers.posts.services import Correction
from volunteers.roster.services import import_roster
from volunteers.units.models import Appointment, Level, Role, Unit
from volunteers.units.rights import Right, grants, has_right

ClientFor = Callable[[User], Client]


def today() -> dt.date:
    return timezone.localdate()


def fresh(user: User) -> User:
    """The account as the next request reads it."""
    return User.objects.get(pk=user.pk)


def take_leave(cast: Cast, **fields: Any) -> Leave:
    """周桂兰 is away from today for a week; 马建国 stands in."""
    arguments: dict[str, Any] = {
        "uid": uuid.uuid4(),
        "appointment": held_by(cast.leader),
        "starts_on": today(),
        "until": today() + 7 * DAY,
        "stand_in": person_of(cast.leader2),
        "acting_user": cast.leader,
    }
    return leaves.take_leave(**(arguments | fields))


# -- leave and stand-in --------------------------------------------------------------------------------------------


def test_a_leader_takes_leave_on_the_phone_and_a_neighbour_stands_in(cast: Cast, client_for: ClientFor) -> None:
    client, held = client_for(cast.leader), held_by(cast.leader)
    url = f"/posts/{held.uid}/leave/"
    page = client.get(url).content.decode()
    assert "马建国" in page
    assert "许敏" in page
    assert "顾芳" not in page
    beside = held_by(cast.leader2)
    sent = {
        "id": str(uuid.uuid4()),
        "starts_on": today().isoformat(),
        "until": (today() + 7 * DAY).isoformat(),
        "stand_in": str(beside.uid),
    }
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent).status_code == 302
    leave = Leave.objects.get()
    stand_in = leave.stand_in
    assert stand_in
    assert (stand_in.person, stand_in.unit, stand_in.role) == (beside.person, held.unit, held.role)
    assert (stand_in.stands_in_for, stand_in.ends_on) == (held, today() + 7 * DAY)
    assert has_right(fresh(cast.leader2), Right.SEE_HOMES, cast.neighbourhood)
    assert has_right(fresh(cast.leader), Right.SEE_HOMES, cast.neighbourhood)
    assert OutboxMessage.objects.filter(topic="revoke", payload={"persons": [beside.person_id]}).exists()
    assert "周桂兰" in client_for(cast.leader2).get("/posts/mine/").content.decode()
    assert "马建国 代您几天" in client.get("/posts/mine/").content.decode()
    assert Notification.objects.get(stream_key=unit_key(cast.group.pk)).roles == ["group_leader"]


def test_a_leave_needs_sensible_days_and_only_one_is_open(cast: Cast) -> None:
    for wrong in (
        {"starts_on": today() - DAY},
        {"until": today() - DAY},
        {"until": today() + 200 * DAY},
        {"stand_in": person_of(cast.other_leader)},
        {"stand_in": person_of(cast.stranger)},
        {"stand_in": person_of(cast.leader)},
    ):
        with pytest.raises(Invalid):
            take_leave(cast, **wrong)
    first = take_leave(cast)
    with pytest.raises(DifferentBody):
        take_leave(cast, uid=first.pk, until=today() + 3 * DAY)
    with pytest.raises(Conflict):
        take_leave(cast, starts_on=today() + 20 * DAY, until=today() + 22 * DAY)
    assert Leave.objects.count() == 1


def test_others_take_no_leave_for_a_leader_but_staff_may(cast: Cast) -> None:
    for who in ("leader2", "group_leader", "area_leader", "other_worker", "stranger"):
        with pytest.raises(Denied):
            take_leave(cast, acting_user=getattr(cast, who))
    assert take_leave(cast, acting_user=cast.worker, stand_in=person_of(cast.area_leader)).stand_in


def test_coming_back_early_ends_the_stand_in_at_midnight(cast: Cast, client_for: ClientFor) -> None:
    leave = take_leave(cast)
    client = client_for(cast.leader)
    assert client_for(cast.leader2).post(f"/posts/leaves/{leave.pk}/end/").status_code == 404
    assert client.post(f"/posts/leaves/{leave.pk}/end/").status_code == 302
    assert client.post(f"/posts/leaves/{leave.pk}/end/").status_code == 302
    leave.refresh_from_db()
    assert leave.closed_at is not None
    stand_in = Appointment.objects.get(stands_in_for=held_by(cast.leader))
    assert stand_in.ends_on == today()
    assert not stand_in.is_active(today() + DAY)
    assert AuditEntry.objects.filter(act="leave.end").count() == 1
    assert take_leave(cast, starts_on=today() + DAY).pk != leave.pk


def test_a_stand_in_that_never_began_never_gives_a_right(cast: Cast) -> None:
    leave = take_leave(cast, starts_on=today() + 3 * DAY)
    assert not has_right(fresh(cast.leader2), Right.SEE_HOMES, cast.neighbourhood)
    leaves.end_leave(leave=leave, acting_user=cast.leader)
    stand_in = Appointment.objects.get(stands_in_for=held_by(cast.leader))
    assert not any(stand_in.is_active(today() + days * DAY) for days in range(9))


def test_whoever_stands_in_may_say_no_and_another_is_asked(cast: Cast, client_for: ClientFor) -> None:
    leave = take_leave(cast)
    stand_in = Appointment.objects.get(stands_in_for=held_by(cast.leader))
    with pytest.raises(Conflict):
        leaves.set_stand_in(leave=leave, person=person_of(cast.group_leader), acting_user=cast.worker)
    assert client_for(cast.leader2).post(f"/posts/{stand_in.uid}/stand-in/decline/").status_code == 302
    assert not has_right(fresh(cast.leader2), Right.SEE_HOMES, cast.neighbourhood)
    leave.refresh_from_db()
    assert leave.stand_in is None
    desk = client_for(cast.worker)
    chosen = {"stand_in": str(held_by(cast.group_leader).uid)}
    assert desk.post(reverse("console_leave_stand_in", args=[leave.pk]), chosen).status_code == 302
    leave.refresh_from_db()
    assert leave.stand_in
    assert leave.stand_in.person == cast.group_leader.person


def test_what_the_days_bring_to_a_leave_is_told_once(cast: Cast, travel: Callable[[str], None]) -> None:
    travel("2027-03-01")
    take_leave(cast, starts_on=today() + DAY, until=today() + 5 * DAY)
    jobs.look_at_the_day()
    below = Notification.objects.filter(stream_key=unit_key(cast.neighbourhood.pk))
    assert not below.exists()
    travel("2027-03-02")
    jobs.look_at_the_day()
    jobs.look_at_the_day()
    assert below.get().payload["body"] == "有事先找 马建国"
    assert has_right(fresh(cast.leader2), Right.SEE_HOMES, cast.neighbourhood)
    travel("2027-03-07")
    assert not has_right(fresh(cast.leader2), Right.SEE_HOMES, cast.neighbourhood)
    jobs.look_at_the_day()
    jobs.look_at_the_day()
    assert Leave.objects.get().closed_at is not None
    own = Notification.objects.filter(stream_key=person_key(person_of(cast.leader).pk))
    assert [entry.payload["title"] for entry in own] == ["欢迎回来"]


def test_a_leave_ends_with_an_appointment_that_something_else_has_ended(cast: Cast) -> None:
    take_leave(cast)
    Appointment.objects.filter(pk=held_by(cast.leader).pk).update(ends_on=today() - DAY)
    jobs.look_at_the_day()
    assert not Leave.objects.open().exists()
    assert not has_right(fresh(cast.leader2), Right.SEE_HOMES, cast.neighbourhood)


def test_a_roster_that_comes_again_leaves_a_stand_in_alone(db: None) -> None:
    content = simple()
    import_roster(content=content, file_name="r.xlsx", acting_user=SYSTEM)
    away, beside = Appointment.objects.filter(role=Role.NEIGHBOUR_LEADER).order_by("unit__path")[:2]
    leaves.take_leave(
        uid=uuid.uuid4(), appointment=away, starts_on=today(), until=today() + 5 * DAY, stand_in=beside.person,
        acting_user=SYSTEM,
    )  # fmt: skip
    before = set(Appointment.objects.values_list("pk", "ends_on"))
    import_roster(content=content, file_name="r.xlsx", acting_user=SYSTEM)
    assert set(Appointment.objects.values_list("pk", "ends_on")) == before


# -- ending --------------------------------------------------------------------------------------------------------


def test_stepping_down_ends_access_at_midnight(
    cast: Cast, client_for: ClientFor, travel: Callable[[str], None]
) -> None:
    travel("2027-05-10")
    client, held = client_for(cast.leader), held_by(cast.leader)
    page = client.get(f"/posts/{held.uid}/step-down/").content.decode()
    assert "积分 90 天内都能用" in page
    assert "10 户" in page
    assert client_for(cast.leader2).get(f"/posts/{held.uid}/step-down/").status_code == 404
    assert client.post(f"/posts/{held.uid}/step-down/", {"reason": ""}).status_code == 302
    held.refresh_from_db()
    assert (held.ends_on, held.ended_reason) == (today(), "自己卸任")
    assert has_right(fresh(cast.leader), Right.SEE_HOMES, cast.neighbourhood)
    assert client.get(f"/posts/{held.uid}/handover/").status_code == 200
    assert cast.neighbourhood not in vacancies(cast.worker)
    travel("2027-05-11")
    assert grants(fresh(cast.leader)) == ()
    assert client_for(cast.leader).get(f"/posts/{held.uid}/handover/").status_code == 404
    assert cast.neighbourhood in vacancies(cast.worker)
    listed = client_for(cast.worker).get(reverse("console_vacancy_list")).content.decode()
    assert "1-1-1邻" in listed
    assert "请 许敏（组长） 推荐" in listed
    told = Notification.objects.get(stream_key=unit_key(cast.group.pk))
    assert told.payload["title"] == "周桂兰 卸任了"


def vacancies(user: User) -> list[Unit]:
    from volunteers.posts.selectors import vacancies_of

    return list(vacancies_of(fresh(user)))


def test_ended_twice_is_ended_once_and_a_later_day_changes_nothing(cast: Cast) -> None:
    held = held_by(cast.leader)
    services.end_appointment(appointment=held, reason="", acting_user=cast.leader, last_day=today() + 9 * DAY)
    services.end_appointment(appointment=held, reason="", acting_user=cast.leader)
    services.end_appointment(appointment=held, reason="", acting_user=cast.leader)
    services.end_appointment(appointment=held, reason="", acting_user=cast.leader, last_day=today() + 3 * DAY)
    held.refresh_from_db()
    assert held.ends_on == today()
    assert AuditEntry.objects.filter(act="appointment.end").count() == 2
    with pytest.raises(Invalid):
        services.end_appointment(
            appointment=held_by(cast.leader2), reason="", acting_user=cast.leader2, last_day=today() - DAY
        )


@pytest.mark.parametrize("who", ["group_leader", "area_leader", "leader2", "other_worker", "stranger", "resident"])
def test_only_oneself_and_those_who_appoint_end_a_role(cast: Cast, who: str) -> None:
    for at_once in (False, True):
        with pytest.raises(Denied):
            services.end_appointment(
                appointment=held_by(cast.leader), reason="不", at_once=at_once, acting_user=getattr(cast, who)
            )
    with pytest.raises(Denied):
        services.end_appointment(appointment=held_by(cast.leader), reason="马上", at_once=True, acting_user=cast.leader)


def test_rights_taken_away_at_once_are_gone_with_the_next_request(cast: Cast, client_for: ClientFor) -> None:
    take_leave(cast)
    client = client_for(cast.leader)
    session = client.cookies["sid"].value
    assert unit_key(cast.neighbourhood.pk) in admissions([session])[session].streams
    desk, held = client_for(cast.worker), held_by(cast.leader)
    url = reverse("console_appointment_end", args=[held.uid])
    assert desk.post(url, {"at_once": "on", "reason": ""}).status_code == 422
    assert desk.post(url, {"at_once": "on", "reason": "违反了保密约定"}).status_code == 302
    held.refresh_from_db()
    assert (held.ends_on, held.ended_reason) == (today() - DAY, "违反了保密约定")
    assert grants(fresh(cast.leader)) == ()
    assert admissions([session])[session].streams == {person_key(person_of(cast.leader).pk)}
    assert client.get(f"/posts/{held.uid}/handover/").status_code == 404
    assert not has_right(fresh(cast.leader2), Right.SEE_HOMES, cast.neighbourhood)
    assert not Leave.objects.open().exists()
    both = sorted([person_of(cast.leader).pk, person_of(cast.leader2).pk])
    assert OutboxMessage.objects.filter(topic="revoke", payload={"persons": both}).exists()


def test_an_appointment_of_today_taken_away_at_once_gives_no_right(cast: Cast) -> None:
    held = held_by(cast.leader)
    Appointment.objects.filter(pk=held.pk).update(starts_on=today())
    services.end_appointment(appointment=held, reason="弄错了", at_once=True, acting_user=cast.worker)
    assert grants(fresh(cast.leader)) == ()


# -- staff ---------------------------------------------------------------------------------------------------------


def appoint(unit: Unit, role: Role, user: Any, **fields: Any) -> Appointment:
    arguments: dict[str, Any] = {"uid": uuid.uuid4(), "name": "新同事", "phone": "15488880009", "acting_user": user}
    return services.appoint_staff(**(arguments | {"unit": unit, "role": role.value} | fields))


def test_staff_are_appointed_from_strictly_above(cast: Cast) -> None:
    worker, street, district = Role.COMMUNITY_WORKER, Role.STREET_CLERK, Role.DISTRICT_CLERK
    refused = [
        (cast.community, worker, cast.worker),
        (cast.street, street, cast.street_clerk),
        (cast.far_community, worker, cast.street_clerk),
        (cast.district, district, cast.street_clerk),
        (cast.community, worker, cast.area_leader),
    ]
    for unit, role, user in refused:
        with pytest.raises(Denied):
            appoint(unit, role, user)
    assert appoint(cast.community, worker, cast.street_clerk).ends_on is None
    assert appoint(cast.street, street, cast.district_clerk, phone="15488880010").role == street
    assert appoint(cast.district, district, cast.district_clerk, phone="15488880011").role == district
    with pytest.raises(Invalid):
        appoint(cast.street, worker, cast.district_clerk)
    with pytest.raises(Invalid):
        appoint(cast.neighbourhood, Role.NEIGHBOUR_LEADER, cast.street_clerk)


def test_a_member_of_staff_is_appointed_in_the_console_once(cast: Cast, client_for: ClientFor) -> None:
    desk, url = client_for(cast.street_clerk), reverse("console_staff_appoint")
    assert client_for(cast.worker).get(url).status_code == 403
    assert "桂花社区" in desk.get(url).content.decode()
    sent = {
        "id": str(uuid.uuid4()),
        "role": "community_worker",
        "unit": str(cast.community.uid),
        "name": "新同事",
        "phone": "154 8888 0009",
        "starts_on": today().isoformat(),
        "post_title": "社区工作者",
    }
    first = desk.post(url, sent)
    assert first.status_code == 302
    assert desk.post(url, sent)["Location"] == first["Location"]
    made = Appointment.objects.get(person__name="新同事")
    assert (made.unit, made.post_title) == (cast.community, "社区工作者")
    assert desk.post(url, {**sent, "id": str(uuid.uuid4())}).status_code == 422
    elsewhere = {**sent, "unit": str(cast.far_community.uid)}
    assert desk.post(url, elsewhere).status_code == 422
    with pytest.raises(DifferentBody):
        appoint(cast.other_community, Role.COMMUNITY_WORKER, cast.street_clerk, uid=made.uid)


def test_the_last_district_clerk_stays(cast: Cast) -> None:
    with pytest.raises(Conflict):
        services.end_appointment(appointment=held_by(cast.district_clerk), reason="", acting_user=cast.district_clerk)
    other = appoint(cast.district, Role.DISTRICT_CLERK, cast.district_clerk)
    services.end_appointment(appointment=held_by(cast.district_clerk), reason="", acting_user=cast.district_clerk)
    with pytest.raises(Conflict):
        services.end_appointment(appointment=other, reason="走了", at_once=True, acting_user=SYSTEM)


def test_the_command_makes_the_first_clerk_and_the_district(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError):
        call_command("appoint_staff", "13800000000", name="沈岚")
    call_command("appoint_staff", "13800000000", name="沈岚", unit="云溪区")
    district = Unit.objects.get()
    assert (district.name, district.level) == ("云溪区", Level.DISTRICT)
    held = Appointment.objects.get()
    assert (held.person.name, held.person.phone, held.role) == ("沈岚", "13800000000", "district_clerk")
    assert "沈岚" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("appoint_staff", "13800000000", name="沈岚")
    with pytest.raises(CommandError):
        call_command("appoint_staff", "123", name="沈岚")
    assert AuditEntry.objects.filter(act="appointment.staff").count() == 1


def test_the_command_finds_a_unit_by_what_lies_above(cast: Cast) -> None:
    call_command("appoint_staff", "13800000001", name="甲", role="community_worker", unit="青禾街道/桂花社区")
    assert Appointment.objects.get(person__name="甲").unit == cast.community
    with pytest.raises(CommandError):
        call_command("appoint_staff", "13800000002", name="乙", role="community_worker", unit="临溪街道/桂花社区")


# -- corrections ---------------------------------------------------------------------------------------------------


def as_is(appointment: Appointment, **changed: Any) -> Correction:
    """The appointment as it stands, but for what is changed."""
    names = ("starts_on", "ends_on", "term_ends_on", "post_title", "employer", "is_cadre")
    return Correction(**({name: getattr(appointment, name) for name in names} | changed))


def test_what_was_written_down_wrongly_is_put_right_with_a_reason(cast: Cast, client_for: ClientFor) -> None:
    held, desk = held_by(cast.leader), client_for(cast.worker)
    url = reverse("console_appointment_correct", args=[held.uid])
    sent = {"starts_on": "2024-02-01", "is_cadre": "on", "employer": "区档案馆", "reason": "登记时填错了"}
    assert desk.post(url, {**sent, "reason": ""}).status_code == 422
    assert desk.post(url, {**sent, "ends_on": "2023-01-01"}).status_code == 422
    assert desk.post(url, sent).status_code == 302
    held.refresh_from_db()
    assert (held.starts_on, held.is_cadre, held.employer) == (dt.date(2024, 2, 1), True, "区档案馆")
    entry = AuditEntry.objects.get(act="appointment.correct")
    assert (entry.reason, set(entry.data["changed"])) == ("登记时填错了", {"starts_on", "employer", "is_cadre"})
    assert client_for(cast.group_leader).post(url, sent).status_code in {302, 403}
    assert client_for(cast.other_worker).post(url, sent).status_code == 404


def test_two_holders_of_one_post_never_overlap(cast: Cast) -> None:
    vacate(cast, days_ago=30)
    former = held_by(cast.leader)
    proposals.appoint(proposal=run_out(make_noticed(cast)), acting_user=cast.worker)
    with pytest.raises(Conflict):
        services.correct(appointment=former, to=as_is(former, ends_on=None), reason="还在", acting_user=cast.worker)
    with pytest.raises(Conflict):
        services.correct(
            appointment=former, to=as_is(former, ends_on=today() + DAY), reason="还在", acting_user=cast.worker
        )
    done = services.correct(
        appointment=former, to=as_is(former, ends_on=today() - DAY), reason="晚几天", acting_user=cast.worker
    )
    assert done.ends_on == today() - DAY


def test_nobody_corrects_the_own_appointment(cast: Cast) -> None:
    person = person_of(cast.worker)
    own = Appointment.objects.create(person=person, role=Role.AREA_LEADER, unit=cast.other_area, starts_on=today())
    for appointment in (own, held_by(cast.worker, role=Role.COMMUNITY_WORKER)):
        with pytest.raises(Denied):
            services.correct(
                appointment=appointment, to=as_is(appointment, employer="x"), reason="想改", acting_user=cast.worker
            )


# -- terms and notices ---------------------------------------------------------------------------------------------


def test_staff_are_told_once_of_terms_that_end_soon(cast: Cast) -> None:
    soon = today() + 30 * DAY
    Appointment.objects.filter(unit__in=[cast.neighbourhood, cast.neighbourhood2]).update(term_ends_on=soon)
    Appointment.objects.filter(unit=cast.group).update(term_ends_on=today() + 300 * DAY)
    jobs.look_at_the_day()
    jobs.look_at_the_day()
    told = Notification.objects.get(stream_key=unit_key(cast.community.pk))
    assert told.payload["title"] == "有 2 个任期 60 天内到期"
    assert TermReminder.objects.count() == 2
    Appointment.objects.filter(unit=cast.neighbourhood).update(term_ends_on=soon + DAY)
    jobs.look_at_the_day()
    assert Notification.objects.filter(stream_key=unit_key(cast.community.pk)).count() == 2


def test_staff_are_told_once_that_a_notice_has_run(vacancy: Cast) -> None:
    run_out(make_noticed(vacancy))
    jobs.look_at_the_day()
    jobs.look_at_the_day()
    titles = Notification.objects.filter(stream_key=unit_key(vacancy.community.pk)).values_list("payload", flat=True)
    assert [payload["title"] for payload in titles].count("公示期满了") == 1


def test_what_i_hold_says_what_begins_and_what_ends(cast: Cast, client_for: ClientFor) -> None:
    services.end_appointment(
        appointment=held_by(cast.leader), reason="", acting_user=cast.leader, last_day=today() + 9 * DAY
    )
    page = client_for(cast.leader).get("/posts/mine/").content.decode()
    assert "做到" in page
    assert [one.title for one in mine(cast.leader)] == ["邻长"]
    assert mine(cast.stranger) == []
    assert client_for(cast.stranger).get("/posts/mine/").status_code == 200


# -- personal data -------------------------------------------------------------------------------------------------


def test_whoever_is_erased_is_proposed_no_more(vacancy: Cast) -> None:
    from foundation import privacy

    person = make_person()
    made = make_noticed(vacancy)
    privacy.erase(privacy.Erasing(person_id=person.pk, name=person.name, at=timezone.now()))
    made.refresh_from_db()
    assert (made.state, made.name, made.phone, made.why) == ("withdrawn", "", "", "")


def test_names_of_those_not_appointed_go_after_a_year(vacancy: Cast) -> None:
    from volunteers.posts.personal import forget_old_proposals

    made = make_noticed(vacancy)
    proposals.reject(proposal=made, reason="不合适", acting_user=vacancy.worker)
    assert forget_old_proposals(timezone.now() - dt.timedelta(days=365)) == 0
    assert forget_old_proposals(timezone.now() + DAY) == 1
    assert Proposal.objects.get().name == ""
    assert Person.objects.filter(name="邓秀英").exists()
