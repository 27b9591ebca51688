"""From when to when each phase is, by the rules: notices in whole working days, everything else in calendar days.

All phases change at the hour at which the first one begins. The day on which a notice begins does not count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils import timezone

from events.campaigns.models import PHASES, CampaignRules, CampaignState, Phase
from foundation.working_days import after_working_days, is_working_day

NOTICES: Final = (CampaignState.NOTICE, CampaignState.WINNERS_NOTICE)
DAY: Final = dt.timedelta(days=1)
_LENGTH: Final = {
    CampaignState.NOMINATING: "nominating_days",
    CampaignState.VETTING: "vetting_days",
    CampaignState.VOTING: "voting_days",
    CampaignState.COUNTING: "counting_days",
    CampaignState.PANEL: "panel_days",
}
FIRST_HOUR: Final = dt.time(9)
NOTICE_AHEAD: Final = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A phase from an instant to an instant; the end is not part of it."""

    kind: CampaignState
    starts_at: dt.datetime
    ends_at: dt.datetime

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.kind.label)


def first_start(today: dt.date) -> dt.datetime:
    """What a new draft proposes: nine o'clock, some working days ahead."""
    day = after_working_days(today, NOTICE_AHEAD)
    return timezone.make_aware(dt.datetime.combine(day, FIRST_HOUR))


def timetable(rules: CampaignRules, starts_at: dt.datetime) -> list[Slot]:
    """The phases one after the other."""
    slots, start = [], timezone.localtime(starts_at)
    for kind in PHASES:
        if kind in NOTICES:
            last = after_working_days(start.date(), rules.notice_working_days)
            end = start + DAY * ((last - start.date()).days + 1)
        else:
            end = start + DAY * getattr(rules, _LENGTH[kind])
        slots.append(Slot(kind, start, end))
        start = end
    return slots


def as_slots(phases: Iterable[Phase]) -> list[Slot]:
    """Rows, in their order."""
    found = {one.kind: one for one in phases}
    return [
        Slot(kind, timezone.localtime(found[kind].starts_at), timezone.localtime(found[kind].ends_at))
        for kind in PHASES
        if kind in found
    ]


def put_off(slots: Sequence[Slot], by: dt.timedelta, working_days: int) -> list[Slot]:
    """Phases still to come, later by so much; a notice that would lose a working day gets it back."""
    moved = []
    for slot in slots:
        later = replace(slot, starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)
        if slot.kind in NOTICES:
            full = _until_full(later.ends_at, timezone.localtime(later.starts_at).date(), working_days)
            by += full - later.ends_at
            later = replace(later, ends_at=full)
        moved.append(later)
    return moved


def lengthened(slot: Slot, paused_at: dt.datetime, resumed_at: dt.datetime, working_days: int) -> Slot:
    """The phase in which it was paused: as much longer; a notice has its working days outside the pause."""
    if slot.ends_at <= paused_at:
        return slot
    end = slot.ends_at + (resumed_at - paused_at)
    if slot.kind in NOTICES:
        day, paused_on = timezone.localtime(slot.starts_at).date() + DAY, timezone.localtime(paused_at).date()
        seen = sum(is_working_day(day + DAY * n) for n in range((paused_on - day).days))
        end = _until_full(end, timezone.localtime(resumed_at).date(), working_days - seen)
    return replace(slot, ends_at=end)


def _until_full(end: dt.datetime, since: dt.date, working_days: int) -> dt.datetime:
    """The end, or so many days later that the working days after `since` have passed by then."""
    if working_days <= 0:
        return end
    last = after_working_days(since, working_days)
    return end + DAY * max(0, (last + DAY - timezone.localtime(end).date()).days)
