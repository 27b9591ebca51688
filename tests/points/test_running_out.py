"""Old points run out, the oldest first, told in time; after the last role they last ninety days."""

from __future__ import annotations

import datetime as dt
import uuid
from itertools import pairwise

import pytest
from django.core.management import call_command

from foundation.actors import SYSTEM
from foundation.errors import Conflict
from rewards.points import expiry
from rewards.points.accounts import account_id_of, provider_account_id
from rewards.points.ages import first_valid, last_valid
from rewards.points.holds import let_run_out, void_hold
from rewards.points.models import Transfer
from rewards.points.selectors import balance_of, running_out, statement
from rewards.points.services import move_points, reverse_transfer
from tests.cast import Cast, person_of
from tests.points.making import Travel, given, messages_to
from tests.points.test_holds import hold
from volunteers.accounts.models import User
from volunteers.units.models import Appointment, Role

EARNED, SECOND = dt.date(2024, 11, 20), dt.date(2025, 3, 5)
LAST = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)


def spend(user: User, points: int) -> Transfer:
    """Something from a shelf."""
    person_id = person_of(user).pk
    return move_points(
        from_account_id=account_id_of(person_id), to_account_id=provider_account_id(uuid.uuid4()), points=points,
        rule="redeem", source_key=f"spent:{uuid.uuid4()}", reason="一袋米", unit_id=None, acting_user=user,
    )  # fmt: skip


@pytest.fixture
def two_lots(cast: Cast, travel: Travel) -> Cast:
    """Ten points of November 2024, five of March 2025."""
    travel(EARNED)
    given(cast.leader, "on_duty", "old")
    travel(SECOND)
    given(cast.leader, "hazard_found", "young")
    return cast


def balance_on(cast: Cast, travel: Travel, day: dt.date) -> int:
    """After the job of that day, which may run twice."""
    travel(day)
    expiry.expire()
    assert expiry.expire() == 0
    return balance_of(cast.leader.person_id)


@pytest.mark.everywhere
def test_points_can_be_spent_to_the_end_of_the_last_day(two_lots: Cast, travel: Travel) -> None:
    assert balance_on(two_lots, travel, LAST) == 15
    assert balance_on(two_lots, travel, LAST + DAY) == 5
    line = Transfer.objects.get(rule="expired")
    assert (line.points, line.reason, line.to_account.kind) == (10, "积分到期", "expiry")
    assert balance_on(two_lots, travel, dt.date(2027, 3, 6)) == 0
    call_command("verify_ledger")


def test_the_oldest_are_spent_first(two_lots: Cast, travel: Travel) -> None:
    travel(SECOND)
    spend(two_lots.leader, 7)
    assert balance_on(two_lots, travel, LAST + DAY) == 5
    assert [line.points for line in Transfer.objects.filter(rule="expired")] == [3]


def test_what_is_held_waits_and_lasts_a_warning_longer_when_it_is_let_go(two_lots: Cast, travel: Travel) -> None:
    travel(LAST)
    hold(two_lots, points=8, until=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    assert balance_on(two_lots, travel, LAST + DAY) == 13
    travel(dt.date(2026, 12, 2))
    assert let_run_out() == 1
    assert balance_on(two_lots, travel, dt.date(2027, 1, 31)) == 13
    assert balance_on(two_lots, travel, dt.date(2027, 2, 1)) == 5


def reserve_and_cancel(cast: Cast) -> None:
    """Eight points, set aside and given up within the day."""
    void_hold(hold=hold(cast, points=8), reason="不要了", acting_user=SYSTEM)


@pytest.mark.everywhere
def test_holding_the_same_points_again_makes_them_last_no_longer(two_lots: Cast, travel: Travel) -> None:
    travel(LAST)
    reserve_and_cancel(two_lots)
    travel(LAST + 30 * DAY)
    reserve_and_cancel(two_lots)
    assert balance_on(two_lots, travel, LAST + 60 * DAY) == 13
    assert balance_on(two_lots, travel, LAST + 61 * DAY) == 5


@pytest.mark.everywhere
def test_holding_points_does_not_carry_them_past_the_days_after_the_role(two_lots: Cast, travel: Travel) -> None:
    ended = LAST - 85 * DAY
    Appointment.objects.filter(person=two_lots.leader.person).update(ends_on=ended)
    over = ended + 90 * DAY
    travel(over - 5 * DAY)
    reserve_and_cancel(two_lots)
    assert balance_on(two_lots, travel, over) == 13
    assert balance_on(two_lots, travel, over + DAY) == 0


@pytest.mark.everywhere
def test_what_is_over_cannot_be_set_aside_before_it_runs_out(two_lots: Cast, travel: Travel) -> None:
    travel(LAST)
    reserve_and_cancel(two_lots)
    travel(LAST + 61 * DAY)
    with pytest.raises(Conflict, match="有 10 分已经到期"):
        reserve_and_cancel(two_lots)
    assert balance_on(two_lots, travel, LAST + 61 * DAY) == 5


@pytest.mark.everywhere
def test_setting_aside_what_lasts_does_not_keep_what_is_over(two_lots: Cast, travel: Travel) -> None:
    travel(LAST + DAY)
    for _twice in range(2):
        void_hold(hold=hold(two_lots, points=3), reason="不要了", acting_user=SYSTEM)
    assert balance_of(two_lots.leader.person_id) == 5
    hold(two_lots, points=5)
    assert balance_on(two_lots, travel, LAST + DAY) == 5
    assert [line.points for line in Transfer.objects.filter(rule="expired")] == [10]
    call_command("verify_ledger")


def test_what_was_taken_back_counts_neither_way(two_lots: Cast, travel: Travel) -> None:
    travel(SECOND)
    young = Transfer.objects.get(source_key="young")
    reverse_transfer(transfer=young, reason="录了两次", acting_user=two_lots.worker)
    assert balance_on(two_lots, travel, LAST) == 10
    assert balance_on(two_lots, travel, LAST + DAY) == 0


def test_what_came_back_lasts_as_long_as_a_warning(two_lots: Cast, travel: Travel) -> None:
    travel(SECOND)
    bought = spend(two_lots.leader, 10)
    back_on = LAST + dt.timedelta(days=30)
    assert balance_on(two_lots, travel, back_on) == 5
    reverse_transfer(transfer=bought, reason="没有货了", acting_user=two_lots.worker)
    assert balance_on(two_lots, travel, back_on + dt.timedelta(days=60)) == 15
    assert balance_on(two_lots, travel, back_on + dt.timedelta(days=61)) == 5


def test_it_is_told_once_sixty_days_before(two_lots: Cast, travel: Travel) -> None:
    told: list[tuple[str, str]] = []
    for days in (61, 60, 59, 45, 1, 0):
        travel(LAST - dt.timedelta(days=days))
        expiry.warn()
        assert expiry.warn() == 0
        told = messages_to(two_lots.leader)
        assert len(told) == int(days <= 60), days
    assert told == [("points", "您有 10 分，最早的一批到 11月20日到期")]
    travel(LAST)
    assert running_out(two_lots.leader.person_id) == (10, LAST)
    travel(LAST - dt.timedelta(days=61))
    assert running_out(two_lots.leader.person_id) is None


def test_at_most_one_warning_a_month_and_each_point_in_good_time(cast: Cast, travel: Travel) -> None:
    for week in range(20):
        travel(EARNED + dt.timedelta(weeks=week))
        given(cast.leader, "task_done", f"task:{week}")
    day, told_on = LAST - dt.timedelta(days=70), []
    while day < LAST + dt.timedelta(weeks=20):
        travel(day)
        if expiry.warn():
            told_on.append(day)
        expiry.expire()
        day += DAY
    assert all((later - earlier).days >= 30 for earlier, later in pairwise(told_on))
    assert told_on[0] == LAST - dt.timedelta(days=60)
    assert 4 <= len(told_on) <= 6
    assert balance_of(cast.leader.person_id) == 0


@pytest.mark.everywhere
def test_after_the_last_role_points_last_ninety_days_and_it_is_told_twice(cast: Cast, travel: Travel) -> None:
    ended = dt.date(2026, 6, 30)
    travel(ended - dt.timedelta(days=100))
    given(cast.leader, "on_duty", "duty")
    Appointment.objects.filter(person=cast.leader.person).update(ends_on=ended)
    travel(ended)
    assert expiry.warn() == 0
    told_on = []
    for days in (1, 2, 40, 59, 60, 61, 90, 91, 94):
        travel(ended + dt.timedelta(days=days))
        told_on += [days] * expiry.warn()
        if days == 40:
            given(cast.leader, "event_hour", "as a neighbour")
        expiry.expire()
        assert balance_of(cast.leader.person_id) == {True: 10, False: 0}[days <= 90] + 2 * (days >= 40), days
    assert told_on == [1, 60]
    assert {title for _kind, title in messages_to(cast.leader)} == {"您的 10 分可以用到 9月28日"}


def test_somebody_who_goes_on_in_another_role_keeps_everything(cast: Cast, travel: Travel) -> None:
    ended = dt.date(2026, 6, 30)
    travel(ended)
    given(cast.leader, "on_duty", "duty")
    Appointment.objects.filter(person=cast.leader.person).update(ends_on=ended)
    Appointment.objects.create(
        person=person_of(cast.leader), role=Role.AREA_LEADER, unit=cast.other_area, starts_on=dt.date(2026, 12, 1)
    )
    assert statement(cast.leader.person_id).usable_until is None
    assert balance_on(cast, travel, ended + dt.timedelta(days=120)) == 10
    assert expiry.warn() == 0


def test_days_of_months_that_are_shorter() -> None:
    day = dt.date(2023, 1, 1)
    while day < dt.date(2030, 1, 1):
        for months in (1, 6, 24):
            assert (
                first_valid(last_valid(day, months), months) <= day < first_valid(last_valid(day, months) + DAY, months)
            )
        day += DAY
    assert last_valid(dt.date(2024, 2, 29), 24) == dt.date(2026, 2, 28)


@pytest.mark.parametrize("batch", [1, 2, 50])
def test_it_goes_on_from_one_batch_to_the_next(
    cast: Cast, travel: Travel, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(expiry, "BATCH", batch)
    travel(EARNED)
    people = [cast.leader, cast.leader2, cast.other_leader, cast.group_leader]
    for user in people:
        given(user, "on_duty", f"duty:{user.pk}")
    travel(LAST)
    assert expiry.warn() == len(people)
    travel(LAST + DAY)
    assert expiry.expire() == 10 * len(people)
