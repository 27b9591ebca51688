"""Proposed, vetted, in public notice, appointed; or rejected. Every refusal on the way."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.errors import Conflict, Denied, Invalid, Missing, TooMany
from foundation.models import AuditEntry, Notification, OutboxMessage
from foundation.streams import person_key, unit_key
from foundation.working_days import after_working_days, is_working_day
from tests.cast import Cast, person_of
from tests.posts.conftest import (
    DAY,
    PHONE,
    held_by,
    make_noticed,
    make_person,
    make_proposal,
    make_vetted,
    run_out,
)
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.people.services import reveal_phone
from volunteers.posts import proposals
from volunteers.posts.models import HandOver, Objection, Proposal
from volunteers.posts.services import term_end
from volunteers.units.models import Appointment, Role

ClientFor = Callable[[User], Client]


def test_the_whole_way_from_a_proposal_to_a_leader(vacancy: Cast, client_for: ClientFor) -> None:
    desk = client_for(vacancy.worker)
    made = make_proposal(vacancy)
    page = reverse("console_proposal_detail", args=[made.pk])
    assert "审核通过" in desk.get(page).content.decode()
    born = {"born_on": "1962-03-01", "agreed": "on"}
    assert desk.post(reverse("console_proposal_vet", args=[made.pk]), born)["Location"] == page
    person = Person.objects.by_phone(PHONE).get()
    assert (person.name, person.born_on) == ("邓秀英", dt.date(1962, 3, 1))
    assert desk.post(reverse("console_proposal_notice", args=[made.pk])).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.notice_from) == ("noticed", timezone.localdate())
    assert made.notice_until == after_working_days(timezone.localdate(), 5)
    assert "拟任" in Notification.objects.get(stream_key=unit_key(vacancy.neighbourhood.pk)).payload["title"]
    too_early = desk.post(reverse("console_proposal_appoint", args=[made.pk]))
    assert too_early["Location"] == page
    assert not Appointment.objects.active().filter(unit=vacancy.neighbourhood).exists()
    run_out(made)
    assert "任命" in desk.get(page).content.decode()
    appointed = desk.post(reverse("console_proposal_appoint", args=[made.pk]))
    held = Appointment.objects.active().get(unit=vacancy.neighbourhood)
    assert appointed["Location"] == reverse("console_appointment_detail", args=[held.uid])
    assert (held.person, held.starts_on) == (person, timezone.localdate())
    assert held.term_ends_on == term_end(held.starts_on)
    assert OutboxMessage.objects.filter(topic="revoke", payload={"persons": [person.pk]}).exists()
    assert Notification.objects.filter(stream_key=person_key(person.pk)).count() == 2
    assert HandOver.objects.get(successor=held).appointment.person == vacancy.leader.person
    acts = set(AuditEntry.objects.filter(object_id=str(made.pk)).values_list("act", flat=True))
    assert acts >= {"proposal.make", "proposal.vet", "proposal.notice", "proposal.appoint"}


def test_nobody_under_eighteen_is_vetted_and_an_unknown_age_is_asked_for(vacancy: Cast) -> None:
    today = timezone.localdate()
    made = make_proposal(vacancy)
    with pytest.raises(Invalid) as unknown:
        proposals.vet(proposal=made, agreed=True, acting_user=vacancy.worker)
    assert "born_on" in unknown.value.errors
    almost = today.replace(year=today.year - 18) + DAY
    with pytest.raises(Invalid):
        proposals.vet(proposal=made, agreed=True, born_on=almost, acting_user=vacancy.worker)
    assert not Person.objects.by_phone(PHONE).exists()
    just = today.replace(year=today.year - 18)
    assert proposals.vet(proposal=made, agreed=True, born_on=just, acting_user=vacancy.worker).state == "vetted"


def test_the_proposed_one_is_asked_first_unless_it_was_their_own_idea(vacancy: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        proposals.vet(
            proposal=make_proposal(vacancy), agreed=False, born_on=dt.date(1960, 1, 1), acting_user=vacancy.worker
        )
    assert "agreed" in refused.value.errors
    own = make_proposal(vacancy, unit=vacancy.group, oneself=True, acting_user=vacancy.leader2)
    assert proposals.vet(proposal=own, agreed=False, acting_user=vacancy.worker).state == "vetted"


def test_a_number_that_belongs_to_another_name_is_looked_at_first(vacancy: Cast) -> None:
    known = make_person(name="邓秀芬")
    made = make_proposal(vacancy)
    with pytest.raises(Conflict):
        proposals.vet(proposal=made, agreed=True, acting_user=vacancy.worker)
    vetted = proposals.vet(proposal=made, agreed=True, keep_name=True, acting_user=vacancy.worker)
    assert (vetted.person, vetted.name) == (known, "邓秀芬")
    assert Person.objects.by_phone(PHONE).count() == 1


@pytest.mark.parametrize("who", ["group_leader", "area_leader", "leader2", "other_worker", "resident", "stranger"])
def test_only_those_who_appoint_decide(vacancy: Cast, who: str) -> None:
    user, made = getattr(vacancy, who), make_proposal(vacancy)
    acts: list[Callable[..., Any]] = [
        lambda: proposals.vet(proposal=made, agreed=True, acting_user=user),
        lambda: proposals.open_notice(proposal=made, acting_user=user),
        lambda: proposals.appoint(proposal=made, acting_user=user),
        lambda: proposals.reject(proposal=made, reason="不", acting_user=user),
        lambda: proposals.reveal_phone(proposal=made, acting_user=user),
    ]
    for act in acts:
        with pytest.raises(Denied):
            act()


def test_nobody_decides_about_themselves(vacancy: Cast, client_for: ClientFor) -> None:
    made = make_proposal(vacancy, oneself=True, acting_user=vacancy.worker)
    with pytest.raises(Denied):
        proposals.vet(proposal=made, agreed=True, acting_user=vacancy.worker)
    page = client_for(vacancy.worker).get(reverse("console_proposal_detail", args=[made.pk])).content.decode()
    assert "请另一位同事来办" in page
    assert proposals.vet(proposal=made, agreed=True, acting_user=vacancy.street_clerk).state == "vetted"


def test_steps_are_taken_in_order_and_a_second_press_changes_nothing(vacancy: Cast) -> None:
    made = make_proposal(vacancy)
    with pytest.raises(Conflict):
        proposals.open_notice(proposal=made, acting_user=vacancy.worker)
    with pytest.raises(Conflict):
        proposals.appoint(proposal=made, acting_user=vacancy.worker)
    proposals.vet(proposal=made, agreed=True, born_on=dt.date(1960, 1, 1), acting_user=vacancy.worker)
    proposals.vet(proposal=made, agreed=True, acting_user=vacancy.worker)
    proposals.open_notice(proposal=made, acting_user=vacancy.worker)
    until = Proposal.objects.get().notice_until
    proposals.open_notice(proposal=made, acting_user=vacancy.worker)
    assert Proposal.objects.get().notice_until == until
    assert AuditEntry.objects.filter(act="proposal.notice").count() == 1
    with pytest.raises(Conflict):
        proposals.vet(proposal=made, agreed=True, acting_user=vacancy.worker)


def test_a_notice_counts_working_days_and_holidays_do_not_count(
    vacancy: Cast, settings: Any, travel: Callable[[str], None]
) -> None:
    travel("2027-09-27")  # a Monday; the first of October is a holiday, the Saturday after is worked
    settings.HOLIDAYS = frozenset(dt.date(2027, 10, day) for day in range(1, 8))
    settings.EXTRA_WORKING_DAYS = frozenset({dt.date(2027, 10, 9)})
    made = make_noticed(vacancy)
    assert made.notice_until == dt.date(2027, 10, 9)
    assert is_working_day(dt.date(2027, 10, 9))
    travel("2027-10-09")
    with pytest.raises(Conflict):
        proposals.appoint(proposal=made, acting_user=vacancy.worker)
    travel("2027-10-10")
    assert proposals.appoint(proposal=made, acting_user=vacancy.worker).starts_on == dt.date(2027, 10, 10)


def test_a_term_ends_on_the_day_before_its_day_comes_round(settings: Any) -> None:
    assert term_end(dt.date(2026, 3, 1)) == dt.date(2029, 2, 28)
    assert term_end(dt.date(2026, 11, 22)) == dt.date(2029, 11, 21)
    settings.POSTS_TERM_MONTHS = 3
    assert term_end(dt.date(2026, 11, 30)) == dt.date(2027, 2, 27)
    assert term_end(dt.date(2026, 9, 15)) == dt.date(2026, 12, 14)
    settings.POSTS_TERM_MONTHS = 0
    assert term_end(dt.date(2026, 3, 1)) is None


def test_a_post_that_is_held_is_not_given_away_and_one_that_ends_is_free_on_the_next_day(cast: Cast) -> None:
    made = run_out(make_noticed(cast))
    with pytest.raises(Conflict):
        proposals.appoint(proposal=made, acting_user=cast.worker)
    today = timezone.localdate()
    Appointment.objects.filter(unit=cast.neighbourhood).update(ends_on=today + 4 * DAY)
    with pytest.raises(Conflict):
        proposals.appoint(proposal=made, starts_on=today, acting_user=cast.worker)
    assert proposals.appoint(proposal=made, acting_user=cast.worker).starts_on == today + 5 * DAY
    with pytest.raises(Conflict):
        proposals.appoint(proposal=made, acting_user=cast.worker)
    assert Appointment.objects.filter(unit=cast.neighbourhood).count() == 2


def test_an_objection_pauses_and_a_dismissed_one_lets_go_on(vacancy: Cast, client_for: ClientFor) -> None:
    made = make_noticed(vacancy)
    client = client_for(vacancy.leader2)
    assert "邓秀英" in client.get("/posts/notices/").content.decode()
    words = {"id": str(uuid.uuid4()), "words": "她上个月搬走了"}
    url = f"/posts/notices/{made.pk}/object/"
    assert client.post(url, words).status_code == 302
    assert client.post(url, words).status_code == 302
    assert client.post(url, {**words, "words": "别的"}).status_code == 422
    assert client.post(url, {"id": str(uuid.uuid4()), "words": "再说一次"}).status_code == 409
    objection = Objection.objects.get()
    run_out(made)
    with pytest.raises(Conflict):
        proposals.appoint(proposal=made, acting_user=vacancy.worker)
    desk = client_for(vacancy.worker)
    answer = reverse("console_objection_answer", args=[objection.pk])
    assert desk.post(answer, {"verdict": "dismissed", "reason": ""}).status_code == 422
    assert desk.post(answer, {"verdict": "dismissed", "reason": "核实过，还住在这里"}).status_code == 302
    heard = Notification.objects.filter(stream_key=person_key(person_of(vacancy.leader2).pk)).get()
    assert "还住在这里" in heard.payload["body"]
    assert "还住在这里" in client.get(f"/posts/notices/{made.pk}/").content.decode()
    assert proposals.appoint(proposal=made, acting_user=vacancy.worker).unit == vacancy.neighbourhood


def test_an_upheld_objection_ends_the_proposal_with_its_reason(vacancy: Cast) -> None:
    made = make_noticed(vacancy)
    objection = proposals.object_to(uid=uuid.uuid4(), proposal=made, words="不住这里", acting_user=vacancy.leader2)
    with pytest.raises(Denied):
        proposals.decide_objection(objection=objection, upheld=True, reason="对", acting_user=vacancy.group_leader)
    proposals.decide_objection(objection=objection, upheld=True, reason="确实搬走了", acting_user=vacancy.worker)
    made.refresh_from_db()
    assert (made.state, made.reason) == ("rejected", "确实搬走了")
    with pytest.raises(Conflict):
        proposals.decide_objection(objection=objection, upheld=False, reason="又", acting_user=vacancy.worker)
    proposer = Notification.objects.filter(stream_key=person_key(person_of(vacancy.group_leader).pk)).get()
    assert proposer.payload["body"] == "确实搬走了"


def test_nobody_answers_the_own_objection(vacancy: Cast) -> None:
    made = make_noticed(vacancy)
    objection = proposals.object_to(uid=uuid.uuid4(), proposal=made, words="再等等", acting_user=vacancy.worker)
    with pytest.raises(Denied):
        proposals.decide_objection(objection=objection, upheld=False, reason="好", acting_user=vacancy.worker)
    done = proposals.decide_objection(
        objection=objection, upheld=False, reason="问过了", acting_user=vacancy.street_clerk
    )
    assert done.state == "dismissed"


@pytest.mark.parametrize("who", ["other_leader", "other_worker", "stranger", "officer"])
def test_a_notice_is_for_those_around(vacancy: Cast, client_for: ClientFor, who: str) -> None:
    made, user = make_noticed(vacancy), getattr(vacancy, who)
    client = client_for(user)
    assert "邓秀英" not in client.get("/posts/notices/").content.decode()
    assert client.get(f"/posts/notices/{made.pk}/").status_code == 404
    words = {"id": str(uuid.uuid4()), "words": "不行"}
    assert client.post(f"/posts/notices/{made.pk}/object/", words).status_code == 404
    with pytest.raises(Missing):
        proposals.object_to(uid=uuid.uuid4(), proposal=made, words="不行", acting_user=user)


def test_a_notice_that_has_run_takes_no_more_words(vacancy: Cast) -> None:
    made = run_out(make_noticed(vacancy))
    with pytest.raises(Conflict):
        proposals.object_to(uid=uuid.uuid4(), proposal=made, words="晚了", acting_user=vacancy.leader2)


def test_a_rejection_needs_a_reason_and_closes_open_words(vacancy: Cast) -> None:
    made = make_noticed(vacancy)
    proposals.object_to(uid=uuid.uuid4(), proposal=made, words="再看看", acting_user=vacancy.leader2)
    with pytest.raises(Invalid):
        proposals.reject(proposal=made, reason=" ", acting_user=vacancy.worker)
    proposals.reject(proposal=made, reason="本人改主意了", acting_user=vacancy.worker)
    assert not Objection.objects.open().exists()


def test_a_number_is_opened_with_a_trace_and_so_many_a_day(vacancy: Cast, client_for: ClientFor, settings: Any) -> None:
    settings.PHONE_REVEALS_A_DAY = 1
    made = make_proposal(vacancy)
    desk, url = client_for(vacancy.worker), reverse("console_proposal_phone", args=[made.pk])
    assert PHONE not in desk.get(reverse("console_proposal_detail", args=[made.pk])).content.decode()
    shown = desk.post(url)
    assert PHONE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert AuditEntry.objects.filter(act="phone.reveal", object_id=str(made.pk)).count() == 1
    assert desk.post(url).status_code == 429


def test_numbers_of_proposed_ones_and_of_persons_share_one_quota(vacancy: Cast, settings: Any) -> None:
    settings.PHONE_REVEALS_A_DAY = 2
    made = make_proposal(vacancy)
    proposals.reveal_phone(proposal=made, acting_user=vacancy.worker)
    reveal_phone(person=person_of(vacancy.leader2), acting_user=vacancy.worker)
    with pytest.raises(TooMany):
        reveal_phone(person=person_of(vacancy.leader2), acting_user=vacancy.worker)
    with pytest.raises(TooMany):
        proposals.reveal_phone(proposal=made, acting_user=vacancy.worker)
    assert AuditEntry.objects.filter(act="phone.reveal").count() == 2


def test_somebody_may_hold_several_roles(vacancy: Cast) -> None:
    leader = person_of(vacancy.leader2)
    made = run_out(make_noticed(vacancy, name=leader.name, phone=leader.phone))
    proposals.appoint(proposal=made, acting_user=vacancy.worker)
    assert Appointment.objects.active().filter(person=leader, role=Role.NEIGHBOUR_LEADER).count() == 2


def test_the_successor_finds_the_pack_and_says_so(vacancy: Cast, client_for: ClientFor) -> None:
    held = proposals.appoint(proposal=run_out(make_noticed(vacancy)), acting_user=vacancy.worker)
    successor = User.objects.create_user(person=held.person)
    client = client_for(successor)
    url = f"/posts/{held.uid}/handover/"
    page = client.get(url).content.decode()
    assert "周桂兰" in page
    assert "看过了，我来接" in page
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 302
    assert HandOver.objects.get().acknowledged_at is not None
    assert AuditEntry.objects.filter(act="handover.acknowledge").count() == 1
    assert "看过了，我来接" not in client.get(url).content.decode()
    former = held_by(vacancy.leader, unit=vacancy.neighbourhood)
    assert client_for(vacancy.leader).get(f"/posts/{former.uid}/handover/").status_code == 404
    assert client_for(vacancy.leader).get(url).status_code == 404
    assert client_for(vacancy.group_leader).get(url).status_code == 200
    assert client_for(vacancy.other_group_leader).get(url).status_code == 404


def test_vetted_without_a_person_is_refused_by_the_database(vacancy: Cast) -> None:
    from django.db import IntegrityError, transaction

    made = make_vetted(vacancy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=made.pk).update(person=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=made.pk).update(state="appointed")
