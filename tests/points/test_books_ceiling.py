"""The recount where the ceiling changes: sound books stay sound, whichever way it goes, and a false cut is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from foundation import append_only
from foundation.actors import SYSTEM
from rewards.points import rules
from rewards.points.books import verify
from rewards.points.duty import pay_duty
from rewards.points.models import Rule, RuleState, RuleVersion, Transfer
from rewards.points.services import reverse_transfer
from tests.cast import Cast
from tests.points.making import Travel, earned, given, lines_of

pytestmark = pytest.mark.everywhere
THE_10TH, THE_15TH, THE_20TH = (dt.date(2026, 11, day) for day in (10, 15, 20))


@pytest.fixture(autouse=True)
def fresh_rules() -> Iterator[None]:
    """A version that a test approves is nobody else's."""
    rules.forget()
    yield
    rules.forget()


def ceiling_from(day: dt.date, ceiling: int) -> None:
    """A second version that changes nothing else."""
    first = RuleVersion.objects.get()
    made = RuleVersion.objects.create(
        number=2, starts_on=day, ceiling=ceiling, valid_months=first.valid_months, warn_days=first.warn_days,
        why="试一试", state=RuleState.APPROVED, approved_at=first.approved_at,
    )  # fmt: skip
    Rule.objects.bulk_create(
        Rule(version=made, **{name: getattr(one, name) for name in NAMES}) for one in first.rules.all()
    )
    rules.forget()


NAMES = ("code", "label", "points", "measure", "most_at_once", "most_a_month", "by_hand")


def test_a_ceiling_that_goes_down_leaves_the_books_sound(cast: Cast, travel: Travel) -> None:
    ceiling_from(THE_15TH, 30)
    travel(THE_10TH)
    earned(cast.leader, 28)
    travel(THE_20TH)
    given(cast.leader, "dispute_settled", "dispute")
    assert lines_of(cast.leader)[-1] == ("dispute_settled", 2)
    assert verify().faults == []


def test_a_ceiling_that_goes_up_leaves_the_books_sound(cast: Cast, travel: Travel) -> None:
    ceiling_from(THE_15TH, 50)
    travel(THE_10TH)
    earned(cast.leader, 38)
    cut = given(cast.leader, "dispute_settled", "dispute")
    assert cut
    assert cut.points == 2
    travel(THE_20TH)
    given(cast.leader, "case_fixed", "case")
    assert verify().faults == []


def test_a_cut_line_stays_right_when_something_older_is_taken_back(cast: Cast, travel: Travel) -> None:
    travel(THE_10TH)
    first = given(cast.leader, "suggestion_adopted", "idea")
    earned(cast.leader, 28)
    given(cast.leader, "dispute_settled", "dispute")
    travel(THE_20TH)
    assert first
    reverse_transfer(transfer=first, reason="录了两次", acting_user=SYSTEM)
    assert verify().faults == []


def test_duty_is_cut_by_the_ceiling_of_the_day_it_is_paid(cast: Cast, travel: Travel) -> None:
    ceiling_from(dt.date(2027, 1, 1), 8)
    travel(dt.date(2027, 1, 2))
    assert pay_duty()
    assert lines_of(cast.leader) == [("on_duty", 8)]
    assert verify().faults == []


@pytest.mark.parametrize(("ceiling", "before"), [(30, 26), (50, 30)])
def test_a_line_cut_too_early_is_found_all_the_same(cast: Cast, travel: Travel, ceiling: int, before: int) -> None:
    """What is full under one of the ceilings was not full under the one in force."""
    ceiling_from(THE_15TH, ceiling)
    travel(THE_10TH)
    earned(cast.leader, before)
    travel(THE_20TH if ceiling == 50 else THE_15TH - dt.timedelta(days=2))
    line = given(cast.leader, "dispute_settled", "dispute")
    assert line
    with append_only.lifted():
        Transfer.objects.filter(pk=line.pk).update(points=30 - before if ceiling == 30 else 4)
    assert f"line {line.pk} gives" in " ".join(verify().faults)
