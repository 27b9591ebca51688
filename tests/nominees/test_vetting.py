"""Level by level, in order, with a reason and a name; and what becomes of everybody as it ends (scenario A8)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from events.campaigns.models import Campaign, Nomination, NominationState, Vetting, VettingLevel
from events.campaigns.nominees.vetting import vet
from events.tasks.models import CheckIn
from foundation.errors import Conflict, Denied, Invalid
from foundation.models import AuditEntry, Notification
from foundation.streams import person_key
from tests.campaigns.making import clerk_of, move_to
from tests.cast import SINCE, Cast, person_of
from tests.nominees.making import STORY, agreed, neighbour, passed, post_of, put_forward, seconded
from volunteers.accounts.models import User
from volunteers.units.models import Appointment, Role

Clients = Callable[[User], Client]


def decide(row: Nomination, user: User, *, yes: bool = True, reason: str = "情况属实") -> Vetting:
    due = Nomination.objects.with_level().get(pk=row.pk).due  # type: ignore[attr-defined]
    return vet(uid=uuid.uuid4(), nomination=row, due=due, is_passed=yes, reason=reason, acting_user=user)


@pytest.fixture
def row(cast: Cast, campaign: Campaign) -> Nomination:
    """周桂兰, who agreed and has her households, as the vetting begins."""
    made = seconded(agreed(campaign, cast.leader, neighbour(cast.neighbourhood)))
    move_to(campaign, "vetting", cast)
    return made


def test_each_level_waits_for_the_one_below_and_all_four_stand_there_by_name(cast: Cast, row: Nomination) -> None:
    levels = (cast.area_leader, cast.worker, cast.street_clerk, cast.district_clerk)
    for turn, user in enumerate(levels):
        for other in levels[:turn]:
            with pytest.raises(Conflict, match="刚刚审过"):
                decide(row, other)
        for other in levels[turn + 1 :]:
            with pytest.raises(Denied):
                decide(row, other)
        with pytest.raises(Invalid):
            decide(row, user, reason=" ")
        decide(row, user)
    done = Vetting.objects.filter(nomination=row).order_by("at")
    assert [one.level for one in done] == ["area", "community", "street", "district"]
    assert [one.by for one in done] == list(levels)
    assert AuditEntry.objects.filter(act="nomination.pass").count() == 4
    assert not Nomination.objects.to_vet_by(cast.district_clerk).exists(), "nothing waits that nobody can decide"
    with pytest.raises(Denied):
        decide(row, cast.other_worker)


def test_a_level_without_anybody_who_may_is_covered_by_the_one_above(cast: Cast, row: Nomination) -> None:
    Appointment.objects.filter(role=Role.AREA_LEADER, unit=cast.area).update(ends_on=SINCE)
    made = decide(row, cast.worker)
    assert (made.level, made.by) == ("area", cast.worker)
    assert decide(row, cast.worker).level == "community"


def test_two_who_cover_a_level_decide_none_unseen(cast: Cast, row: Nomination, client_for: Clients) -> None:
    Appointment.objects.filter(role=Role.AREA_LEADER, unit=cast.area).update(ends_on=SINCE)
    second = client_for(clerk_of(cast.community, Role.COMMUNITY_WORKER, "第二位"))
    many = {"uids": [str(row.pk)]}
    looked_at = second.post("/console/campaigns/nominations/pass/", many).content.decode()
    assert f'name="due-{row.pk}" value="0"' in looked_at
    assert 'name="due" value="0"' in second.get(f"/best/nominations/{row.pk}/vet/").content.decode()
    decide(row, cast.worker)  # for the area, and the community is next
    sent = {"uid": str(uuid.uuid4()), "reason": "我也看过"}
    one = second.post(f"/best/nominations/{row.pk}/vet/", sent | {"decision": "pass", "due": 0}, follow=True)
    assert "这一级刚刚审过了" in one.content.decode()
    second.post("/console/campaigns/nominations/pass/", many | sent | {"confirm": "1", f"due-{row.pk}": "0"})
    assert [one.level for one in Vetting.objects.all()] == ["area"]


def test_nobody_vets_themselves_or_whom_they_put_forward(cast: Cast, campaign: Campaign) -> None:
    lives = neighbour(cast.neighbourhood)
    Appointment.objects.create(
        person=person_of(lives), role=Role.COMMUNITY_WORKER, unit=cast.community, starts_on=SINCE
    )
    row = agreed(campaign, cast.leader, lives)
    Appointment.objects.create(
        person=person_of(cast.leader), role=Role.AREA_LEADER, unit=cast.other_area, starts_on=SINCE
    )
    own = agreed(campaign, cast.other_leader, neighbour(cast.other_neighbourhood))
    move_to(campaign, "vetting", cast)
    decide(row, cast.area_leader)
    assert not Nomination.objects.to_vet_by(lives).exists()
    assert [one.pk for one in Nomination.objects.to_vet_by(cast.worker)] == [row.pk]
    with pytest.raises(Denied):
        decide(row, lives)
    assert [one.pk for one in Nomination.objects.to_vet_by(cast.leader)] == [own.pk]
    with pytest.raises(Denied):
        decide(row, cast.leader)


def test_who_is_refused_reads_the_reason_and_nobody_decides_on(
    cast: Cast, row: Nomination, client_for: Clients
) -> None:
    client = client_for(cast.area_leader)
    assert "周桂兰" in client.get(f"/best/{row.campaign.uid}/vet/").content.decode()
    body = {"uid": str(uuid.uuid4()), "reason": "今年已在别处表彰。", "decision": "refuse", "due": 0}
    assert client.post(f"/best/nominations/{row.pk}/vet/", body).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answer) == (NominationState.REFUSED, "今年已在别处表彰。")
    told = Notification.objects.filter(stream_key=person_key(row.person_id)).order_by("-pk")[0]
    assert "今年已在别处表彰" in told.payload["body"]
    assert client.post(f"/best/nominations/{row.pk}/vet/", body).status_code == 302, "the same sent twice"
    with pytest.raises(Conflict):
        decide(row, cast.worker)


def test_who_vets_reads_what_is_stored_and_nobody_else_does(cast: Cast, row: Nomination, client_for: Clients) -> None:
    from events.tasks.services import post_task
    from foundation.actors import SYSTEM

    task = post_task(
        id=uuid.uuid4(), unit=cast.community, title="看楼道", targets=[cast.neighbourhood], roles=["neighbour_leader"],
        due_at=timezone.now() + dt.timedelta(days=3), acting_user=SYSTEM,
    )  # fmt: skip
    CheckIn.objects.create(
        id=uuid.uuid4(), task=task, person=row.person, unit=cast.neighbourhood, role="neighbour_leader",
        state="confirmed", answer="done", fingerprint="0" * 64,
    )  # fmt: skip
    page = client_for(cast.area_leader).get(f"/best/nominations/{row.pk}/vet/").content.decode()
    for words in ("今年做成的任务", "1 件", "今年的服务时长", "联系", STORY):
        assert words in page
    for nobody in (cast.resident, cast.leader, cast.other_worker):
        assert client_for(nobody).get(f"/best/nominations/{row.pk}/vet/").status_code == 404


def test_many_are_looked_at_before_they_are_passed_with_one_reason(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    rows = [
        agreed(campaign, cast.leader, neighbour(cast.neighbourhood)),
        agreed(campaign, cast.leader2, neighbour(cast.neighbourhood2)),
    ]
    move_to(campaign, "vetting", cast)
    decide(rows[0], cast.area_leader)
    client = client_for(cast.worker)
    page = client.get("/console/campaigns/nominations/", {"state": "mine"}).content.decode()
    assert "周桂兰" in page
    assert "马建国" not in page
    exported = client.post("/console/campaigns/nominations/export/", {"format": "csv", "full": "", "reason": ""})
    text = b"".join(exported.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "周*兰" in text
    assert "周桂兰" not in text
    sent = {"uids": [str(one.pk) for one in rows]}
    first = client.post("/console/campaigns/nominations/pass/", sent).content.decode()
    assert first.index("周桂兰") < first.index("这些不轮到您") < first.index("马建国")
    assert Vetting.objects.count() == 1
    form = sent | {"uid": str(uuid.uuid4()), "reason": "都看过了", "confirm": "1"}
    assert client.post("/console/campaigns/nominations/pass/", form).status_code == 302
    assert [(one.nomination_id, one.reason) for one in Vetting.objects.filter(level="community")] == [
        (rows[0].pk, "都看过了")
    ]


def test_as_the_notice_begins_the_passed_stand_and_the_others_are_thanked(cast: Cast, campaign: Campaign) -> None:
    stands = seconded(agreed(campaign, cast.leader, neighbour(cast.neighbourhood)))
    few = seconded(agreed(campaign, cast.leader2, neighbour(cast.neighbourhood2)), 2)
    silent = put_forward(campaign, cast.other_leader, neighbour(cast.other_neighbourhood))
    move_to(campaign, "vetting", cast)
    passed(stands, cast)
    passed(few, cast)
    move_to(Campaign.objects.get(pk=campaign.pk), "notice", cast)
    states = {}
    for one in (stands, few, silent):
        one.refresh_from_db()
        states[one.person.name] = (one.state, one.answer[:8])
    assert states == {
        "周桂兰": ("candidate", ""), "马建国": ("lapsed", "这一次附议的户数"), "顾芳": ("lapsed", "这一次没有等到本"),
    }  # fmt: skip
    told = Notification.objects.filter(ref=f"candidates:{campaign.uid}")
    assert {(one.stream_key, one.payload["title"][:2]) for one in told} == {
        (person_key(stands.person_id), "您是"), (person_key(few.person_id), "谢谢"), (person_key(silent.person_id), "谢谢"),
    }  # fmt: skip


def test_the_second_of_two_at_the_same_level_reads_that_it_is_decided(
    cast: Cast, row: Nomination, client_for: Clients
) -> None:
    decide(row, cast.area_leader)
    second = clerk_of(cast.community, Role.COMMUNITY_WORKER, "第二位")
    decide(row, cast.worker)
    sent = {"uid": str(uuid.uuid4()), "reason": "我也看过", "decision": "pass", "due": 1}
    phone = client_for(second).post(f"/best/nominations/{row.pk}/vet/", sent, follow=True)
    assert "这一级刚刚审过了" in phone.content.decode()
    sent["uid"] = str(uuid.uuid4())
    desk = client_for(second).post(f"/console/campaigns/nominations/{row.pk}/vet/", sent, follow=True)
    assert "这一级刚刚审过了" in desk.content.decode()


def test_who_becomes_staff_or_leads_no_more_while_they_are_vetted_does_not_stand(
    cast: Cast, campaign: Campaign
) -> None:
    staff = passed_all(campaign, cast, cast.leader)
    left = passed_all(campaign, cast, cast.leader2)
    Appointment.objects.create(
        person=staff.person, role=Role.COMMUNITY_WORKER, unit=cast.far_community, starts_on=timezone.localdate()
    )
    move_to(campaign, "vetting", cast)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Appointment.objects.filter(pk=left.appointment_id).update(ends_on=yesterday)
    move_to(Campaign.objects.get(pk=campaign.pk), "notice", cast)
    for one, why in ((staff, "工作人员不参评"), (left, "只有现在的邻长")):
        one.refresh_from_db()
        assert one.state == NominationState.LAPSED
        assert why in one.answer


def passed_all(campaign: Campaign, cast: Cast, leader: User) -> Nomination:
    """With households and every level."""
    row = seconded(agreed(campaign, leader, neighbour(post_of(leader).unit)))
    Vetting.objects.bulk_create(
        Vetting(uid=uuid.uuid4(), nomination=row, level=level, is_passed=True, reason="属实", by=cast.worker)
        for level in VettingLevel
    )
    return row


def test_one_who_was_not_vetted_to_the_end_is_no_candidate(cast: Cast, row: Nomination) -> None:
    passed(row, cast, 3)
    move_to(Campaign.objects.get(pk=row.campaign_id), "notice", cast)
    row.refresh_from_db()
    assert row.state == NominationState.LAPSED
    assert post_of(cast.leader).person_id == row.person_id
