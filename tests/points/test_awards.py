"""Awards made by hand: one asks, another approves, the points come from a budget and never from nowhere."""

from __future__ import annotations

import uuid

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from rewards.points import awards
from rewards.points.models import AskedState, ManualAward, Transfer
from rewards.points.selectors import balance_of, statement
from rewards.points.services import award_points
from tests.cast import Cast, person_of
from tests.points.by_hand import ask, colleague, days, fund, left_in, together
from volunteers.units.models import Appointment, Role


@pytest.mark.everywhere
def test_two_people_make_an_award_and_the_budget_pays(cast: Cast) -> None:
    fund(cast.community, 100)
    second = colleague(cast.community)
    award = ask(cast)[0]
    assert award.unit == cast.neighbourhood
    assert balance_of(cast.leader.person_id) == 0
    given = awards.approve_award(award=award, acting_user=second)
    assert (given.given, given.cut) == (5, 0)
    assert balance_of(cast.leader.person_id) == 5
    assert left_in(cast.community) == 95
    line = statement(cast.leader.person_id).lines[0]
    assert line.by_staff
    assert "工作人员录入" in line.words
    told = Notification.objects.get(stream_key=f"p:{cast.leader.person_id}")
    assert "5 分" in told.payload["title"]
    assert set(AuditEntry.objects.filter(act__startswith="award.").values_list("act", flat=True)) == {
        "award.ask", "award.approve",
    }  # fmt: skip
    call_command("verify_ledger")


def test_nobody_asks_or_approves_for_themselves(cast: Cast) -> None:
    fund(cast.community)
    Appointment.objects.create(
        person=person_of(cast.worker), role=Role.GROUP_LEADER, unit=cast.group, starts_on=days(-9), ends_on=days(9)
    )
    with pytest.raises(Denied):
        ask(cast, cast.worker)
    own = ask(cast, cast.worker, by=cast.street_clerk)[0]
    award = ask(cast)[0]
    for row in (own, award):
        with pytest.raises(Denied):
            awards.approve_award(award=row, acting_user=cast.worker)
        with pytest.raises(Denied):
            awards.refuse_award(award=row, reason="再看看", acting_user=cast.worker)
    assert not Transfer.objects.filter(by_staff=True).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        ManualAward.objects.filter(pk=award.pk).update(state="refused", decided_by=cast.worker)


def test_only_staff_of_the_place_ask_and_approve(cast: Cast) -> None:
    fund(cast.community)
    with pytest.raises(Invalid, match="要改"):
        ask(cast, by=cast.other_worker)
    for user in (cast.group_leader, cast.leader2, cast.resident, cast.officer):
        with pytest.raises(Denied):
            ask(cast, by=user)
    award = ask(cast)[0]
    for user in (cast.other_worker, cast.area_leader, cast.leader):
        with pytest.raises(Denied):
            awards.approve_award(award=award, acting_user=user)
    awards.approve_award(award=award, acting_user=cast.street_clerk)


def test_the_same_form_twice_is_the_same_award_and_another_body_is_refused(cast: Cast) -> None:
    uid = uuid.uuid4()
    first = ask(cast, cast.leader, cast.leader2, uid=uid)
    assert ask(cast, cast.leader2, cast.leader, uid=uid) == first
    assert ManualAward.objects.count() == 2
    with pytest.raises(DifferentBody):
        ask(cast, cast.leader, cast.leader2, uid=uid, reason="换了一句")


def test_what_cannot_be_right_is_said_beside_its_field(cast: Cast) -> None:
    for values, field in (
        ({"rule": "task_done"}, "rule"),
        ({"rule": "nothing"}, "rule"),
        ({"quantity": 2}, "quantity"),
        ({"happened_on": days(1)}, "happened_on"),
        ({"reason": " "}, "reason"),
        ({"people": []}, "person"),
        ({"people": [person_of(cast.resident)]}, "person"),
    ):
        with pytest.raises(Invalid) as refusal:
            ask(cast, **values)
        assert set(refusal.value.errors) == {field}, values


def test_a_short_budget_keeps_the_award_waiting(cast: Cast) -> None:
    award = ask(cast)[0]
    with pytest.raises(Conflict, match="还没有积分预算"):
        awards.approve_award(award=award, acting_user=cast.street_clerk)
    fund(cast.street, 3)
    with pytest.raises(Conflict, match="还剩 3 分，这一次要 5 分"):
        awards.approve_award(award=award, acting_user=cast.street_clerk)
    award.refresh_from_db()
    assert award.is_open
    assert balance_of(cast.leader.person_id) == 0
    fund(cast.community, 5)  # nearer than the street's
    awards.approve_award(award=award, acting_user=cast.street_clerk)
    assert (left_in(cast.community), left_in(cast.street)) == (0, 3)
    call_command("verify_ledger")


def test_the_ceiling_cuts_and_a_full_month_keeps_the_award_waiting(cast: Cast) -> None:
    fund(cast.community)
    award_points(
        person_id=cast.leader.person_id or 0, rule="on_duty", points=38, source_key="before", reason="季度在岗",
        unit_id=None, acting_user=SYSTEM,
    )  # fmt: skip
    first, second = ask(cast)[0], ask(cast, uid=uuid.uuid4(), reason="又一件")[0]
    given = awards.approve_award(award=first, acting_user=cast.street_clerk)
    assert (given.wanted, given.given, given.cut) == (5, 2, 3)
    with pytest.raises(Conflict, match="记满了"):
        awards.approve_award(award=second, acting_user=cast.street_clerk)
    second.refresh_from_db()
    assert second.is_open
    assert left_in(cast.community) == 98


def test_a_refusal_has_a_reason_and_only_whoever_asked_hears_it(cast: Cast) -> None:
    award = ask(cast)[0]
    with pytest.raises(Invalid):
        awards.refuse_award(award=award, reason=" ", acting_user=cast.street_clerk)
    awards.refuse_award(award=award, reason="上个月已经记过", acting_user=cast.street_clerk)
    award.refresh_from_db()
    assert (award.state, award.answer) == (AskedState.REFUSED, "上个月已经记过")
    assert Notification.objects.filter(stream_key=f"p:{cast.worker.person_id}", payload__body="上个月已经记过").exists()
    assert not Notification.objects.filter(stream_key=f"p:{cast.leader.person_id}").exists()
    with pytest.raises(Conflict):
        awards.approve_award(award=award, acting_user=cast.district_clerk)


def test_only_whoever_asked_takes_it_back_and_only_while_it_waits(cast: Cast) -> None:
    fund(cast.community)
    award = ask(cast)[0]
    with pytest.raises(Denied):
        awards.withdraw_award(award=award, acting_user=cast.street_clerk)
    awards.withdraw_award(award=award, acting_user=cast.worker)
    with pytest.raises(Conflict):
        awards.approve_award(award=award, acting_user=cast.street_clerk)
    assert balance_of(cast.leader.person_id) == 0


def test_somebody_else_is_asked_to_look_once_for_several(cast: Cast) -> None:
    second = colleague(cast.community)
    ask(cast, cast.leader, cast.leader2, cast.group_leader)
    told = Notification.objects.filter(kind="points")
    assert [one.stream_key for one in told] == [f"p:{second.person_id}"]
    assert "3 条" in told[0].payload["title"]
    Appointment.objects.filter(person=second.person).delete()
    ask(cast, reason="又一件")
    assert Notification.objects.filter(stream_key=f"p:{cast.street_clerk.person_id}").count() == 1


def test_several_at_once_are_each_decided_by_themselves(cast: Cast) -> None:
    fund(cast.community, 12)
    rows = ask(cast, cast.leader, cast.leader2, cast.group_leader)
    outcome = awards.approve_awards(awards=rows, acting_user=cast.street_clerk)
    assert len(outcome.given) == 2
    assert [why for _award, why in outcome.waiting] == [
        "桂花社区的预算还剩 2 分，这一次要 5 分。请先补一点预算，申请先留着，不会丢。"
    ]
    assert ManualAward.objects.filter(state="asked").count() == 1
    assert left_in(cast.community) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_give_one_award(committed_cast: Cast) -> None:
    cast = committed_cast
    fund(cast.community)
    award = ask(cast)[0]
    second = colleague(cast.community)
    answers = together(
        *(lambda by=by: awards.approve_award(award=award, acting_user=by) for by in (second, cast.street_clerk)),
        lambda: awards.refuse_award(award=award, reason="再看看", acting_user=cast.district_clerk),
    )
    assert answers == ["409", "409", "done"]
    award.refresh_from_db()
    assert Transfer.objects.filter(by_staff=True).count() == (award.state == "approved")
    assert balance_of(cast.leader.person_id) in {0, 5}
    call_command("verify_ledger")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_budget_for_one_pays_one_of_two_at_once(committed_cast: Cast) -> None:
    cast = committed_cast
    fund(cast.community, 7)
    rows = ask(cast, cast.leader, cast.leader2)
    second = colleague(cast.community)
    answers = together(
        lambda: awards.approve_award(award=rows[0], acting_user=second),
        lambda: awards.approve_award(award=rows[1], acting_user=cast.street_clerk),
    )
    assert answers == ["409", "done"]
    assert left_in(cast.community) == 2
    call_command("verify_ledger")
