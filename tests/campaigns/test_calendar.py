"""The timetable follows from the rules: notices in whole working days, a pause takes none of them away."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from events.campaigns.calendar import NOTICES, Slot, first_start, lengthened, put_off, timetable
from events.campaigns.models import CampaignRules, CampaignState
from foundation.working_days import is_working_day

DAY = dt.timedelta(days=1)
RULES = CampaignRules(number=1)
starts = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 1)).flatmap(
    lambda day: st.times().map(lambda time: timezone.make_aware(dt.datetime.combine(day, time)))
)


def at(text: str) -> dt.datetime:
    return timezone.make_aware(dt.datetime.fromisoformat(text))


def working_days_in(slot: Slot) -> int:
    """Whole working days, midnight to midnight."""
    day, last = timezone.localdate(slot.starts_at) + DAY, timezone.localdate(slot.ends_at) - DAY
    return sum(is_working_day(day + DAY * n) for n in range((last - day).days + 1))


def by_kind(slots: list[Slot]) -> dict[str, Slot]:
    return {str(one.kind): one for one in slots}


def test_a_timetable_of_the_sample_rules() -> None:
    slots = by_kind(timetable(RULES, at("2026-11-02T09:00")))  # a Monday
    assert slots["nominating"].ends_at == at("2026-11-16T09:00")
    assert slots["notice"].starts_at == at(
        "2026-11-26T09:00"
    )  # a Thursday: Fri, Mon, Tue, Wed, Thu, and over on Friday
    assert slots["notice"].ends_at == at("2026-12-04T09:00")
    assert slots["voting"].ends_at - slots["voting"].starts_at == 7 * DAY


def test_public_holidays_lengthen_a_notice(settings: Any) -> None:
    settings.HOLIDAYS = {dt.date(2026, 11, 27), dt.date(2026, 11, 30)}
    slots = by_kind(timetable(RULES, at("2026-11-02T09:00")))
    assert slots["notice"].ends_at == at("2026-12-08T09:00")


def test_a_draft_proposes_nine_o_clock_some_working_days_ahead() -> None:
    assert first_start(dt.date(2026, 11, 20)) == at("2026-11-25T09:00")  # a Friday


@given(starts)
def test_phases_follow_each_other_without_a_gap_and_notices_have_their_working_days(start: dt.datetime) -> None:
    slots = timetable(RULES, start)
    assert all(one.ends_at == two.starts_at for one, two in pairwise(slots))
    assert {working_days_in(one) for one in slots if one.kind in NOTICES} == {5}


@given(starts, st.timedeltas(dt.timedelta(minutes=1), 40 * DAY))
def test_put_off_no_phase_is_shorter_than_the_rules_say(start: dt.datetime, by: dt.timedelta) -> None:
    before = timetable(RULES, start)
    after = put_off(before, by, 5)
    assert all(one.ends_at == two.starts_at for one, two in pairwise(after))
    assert after[0].starts_at == start + by
    for one, two in zip(before, after, strict=True):
        if one.kind in NOTICES:
            assert working_days_in(two) >= 5
        else:
            assert two.ends_at - two.starts_at == one.ends_at - one.starts_at


@given(starts, st.floats(0, 0.999), st.timedeltas(dt.timedelta(minutes=1), 40 * DAY))
def test_a_pause_gives_back_its_length_and_the_working_days_that_it_took(
    start: dt.datetime, share: float, pause: dt.timedelta
) -> None:
    for slot in timetable(RULES, start):
        paused = slot.starts_at + (slot.ends_at - slot.starts_at) * share
        after = lengthened(slot, paused, paused + pause, 5)
        assert after.starts_at == slot.starts_at
        assert after.ends_at >= slot.ends_at + pause
        if slot.kind not in NOTICES:
            assert after.ends_at == slot.ends_at + pause
            continue
        seen = working_days_in(Slot(slot.kind, slot.starts_at, paused))
        left = working_days_in(Slot(slot.kind, paused + pause, after.ends_at))
        assert seen + left >= 5


def test_a_phase_that_was_over_when_it_was_paused_stays_over() -> None:
    slot = Slot(CampaignState.VOTING, at("2026-11-02T09:00"), at("2026-11-09T09:00"))
    assert lengthened(slot, slot.ends_at, slot.ends_at + 3 * DAY, 5) == slot
