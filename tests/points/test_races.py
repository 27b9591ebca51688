"""Many callers at once: one of them wins, the books balance, nobody gets or spends more than there is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command

from events.tasks.checkins import Word, check_in
from foundation.actors import SYSTEM
from foundation.errors import Conflict
from rewards.points import duty, expiry
from rewards.points.accounts import account_id_of, provider_account_id
from rewards.points.holds import hold_points, let_run_out, post_hold, void_hold
from rewards.points.models import Hold, MonthEarned, Transfer
from rewards.points.selectors import balance_of, spendable_of
from rewards.points.services import move_points, reverse_transfer
from tests.benefits.making import at_once
from tests.cast import Cast, make_cast, person_of
from tests.points.making import Travel, earned, given, lines_of
from tests.tasks.conftest import make_task

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WINS, THREADS = 1, 8


def won(outcomes: list[object]) -> int:
    """How many were not refused; nothing but a refusal may go wrong."""
    assert all(not isinstance(one, Exception) or isinstance(one, Conflict) for one in outcomes), outcomes
    return sum(not isinstance(one, Exception) for one in outcomes)


@pytest.fixture
def ten() -> Cast:
    """The leader has ten points, the store an account."""
    cast = make_cast()
    given(cast.leader, "on_duty")
    return cast


@pytest.fixture(autouse=True)
def balanced() -> Any:
    """Whatever happened."""
    yield
    call_command("verify_ledger")


def hold(cast: Cast, points: int, until: dt.datetime | None = None) -> Hold:
    return hold_points(
        id=uuid.uuid4(), person_id=person_of(cast.leader).pk, points=points, reason="一袋米",
        until=until or dt.datetime(2099, 1, 1, tzinfo=dt.UTC), unit_id=None, acting_user=SYSTEM,
    )  # fmt: skip


def test_eight_callers_never_pass_the_ceiling() -> None:
    cast = make_cast()
    account_id_of(person_of(cast.leader2).pk)
    acts: list[Callable[[], object]] = [
        partial(given, user, "dispute_settled", f"{user.pk}:{thread}:{number}")
        for user in (cast.leader, cast.leader2)
        for thread in range(THREADS // 2)
        for number in range(3)
    ]
    outcomes = at_once(*acts)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert balance_of(cast.leader.person_id) == balance_of(cast.leader2.person_id) == 40
    assert set(MonthEarned.objects.values_list("points", flat=True)) == {40}


def test_the_one_statement_and_the_plain_form_share_a_month() -> None:
    cast = make_cast()
    earned(cast.leader, 36)
    tasks = [make_task(cast, needs_confirmation=False, points=1) for _ in range(THREADS)]
    acts: list[Callable[[], object]] = []
    for number, task in enumerate(tasks):
        acts.append(partial(check_in, id=uuid.uuid4(), task=task, word=Word("done"), acting_user=cast.leader))
        acts.append(partial(given, cast.leader, "task_done", f"plain:{number}"))
    outcomes = at_once(*acts)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert balance_of(cast.leader.person_id) == 40
    assert lines_of(cast.leader).count(("task_done", 1)) == 1 + 4


def test_one_source_is_paid_once_also_as_the_month_fills() -> None:
    cast = make_cast()
    earned(cast.leader, 37)
    lines = at_once(*[partial(given, cast.leader, "dispute_settled", "same")] * THREADS)
    assert {line.points for line in lines if isinstance(line, Transfer)} == {3}
    assert len({line.pk for line in lines if isinstance(line, Transfer)}) == 1
    assert MonthEarned.objects.get().points == balance_of(cast.leader.person_id) == 40


def test_the_last_points_are_held_once(ten: Cast) -> None:
    assert won(at_once(*[partial(hold, ten, 6)] * THREADS)) == WINS
    assert spendable_of(ten.leader.person_id) == 4


def test_posted_or_voided_or_run_out_but_one_of_them(ten: Cast) -> None:
    store = provider_account_id(uuid.uuid4())
    for _round in range(4):
        one = hold(ten, 2)
        post = partial(post_hold, hold=one, to_account_id=store, rule="redeem", acting_user=SYSTEM)
        void = partial(void_hold, hold=one, reason="不要了", acting_user=SYSTEM)
        at_once(post, void, post, void, let_run_out)
        one.refresh_from_db()
        assert (one.state == "posted") == (one.transfer_id is not None)
    spent = Hold.objects.filter(state="posted").count() * 2
    assert balance_of(ten.leader.person_id) == spendable_of(ten.leader.person_id) == 10 - spent


def test_one_line_has_one_reversal(ten: Cast) -> None:
    line = Transfer.objects.get()
    back = partial(reverse_transfer, transfer=line, reason="录了两次", acting_user=SYSTEM)
    lines = at_once(*[back] * THREADS)
    assert len({one.pk for one in lines if isinstance(one, Transfer)}) == 1
    assert won(lines) == THREADS
    assert balance_of(ten.leader.person_id) == MonthEarned.objects.get().points == 0


def test_what_is_spent_as_it_runs_out_goes_once(travel: Travel) -> None:
    cast = make_cast()
    travel(dt.date(2024, 11, 20))
    given(cast.leader, "on_duty", "old")
    travel(dt.date(2026, 11, 1))
    given(cast.leader, "hazard_found", "young")
    travel(dt.date(2026, 11, 21))
    store = provider_account_id(uuid.uuid4())

    def spend(number: int) -> Transfer:
        return move_points(
            from_account_id=account_id_of(person_of(cast.leader).pk), to_account_id=store, points=3, rule="redeem",
            source_key=f"spent:{number}", reason="一袋米", unit_id=None, acting_user=SYSTEM,
        )  # fmt: skip

    outcomes = at_once(expiry.expire, *[partial(spend, number) for number in range(4)], expiry.expire)
    spent = 3 * won(outcomes[1:-1])
    expired = sum(Transfer.objects.filter(rule="expired").values_list("points", flat=True))
    assert balance_of(cast.leader.person_id) == 15 - spent - expired
    assert expired <= 10  # the young five are nobody's but hers
    assert balance_of(cast.leader.person_id) <= 5


def test_a_quarter_is_paid_once_by_two_workers(travel: Travel) -> None:
    cast = make_cast()
    travel(dt.date(2026, 10, 1))
    earned(cast.leader, 28)
    paid = at_once(duty.pay_duty, duty.pay_duty, *[partial(given, cast.leader, "hazard_found", f"h:{n}") for n in "ab"])
    assert not [one for one in paid if isinstance(one, Exception)]
    assert sorted(paid[:2], key=str)[0] == 0
    assert balance_of(cast.leader.person_id) == 40
    assert lines_of(cast.leader2) == [("on_duty", 10)]
