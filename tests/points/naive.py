"""The ledger as a child would keep it: lists and sums, nothing remembered, everything added up again each time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Shanghai")
CEILING, MONTHS, GRACE = 40, 24, 60
RULES = {"task_done": (1, 5, None), "event_hour": (2, 2, None), "care_contact": (1, 1, 8), "on_duty": (10, 1, None)}
"""Points a piece, pieces at once, pieces a month."""


@dataclass
class Entry:
    """One line."""

    id: uuid.UUID
    source: int
    giver: str
    taker: str
    points: int
    at: dt.datetime
    rule: str = ""
    quantity: int = 1
    is_award: bool = False
    is_reversal: bool = False
    is_reversed: bool = False
    is_before_hold: bool = False

    @property
    def day(self) -> dt.date:
        return self.at.astimezone(HERE).date()

    @property
    def month(self) -> dt.date:
        return self.day.replace(day=1)

    @property
    def last_on(self) -> dt.date:
        if self.is_reversal:
            return self.day + dt.timedelta(days=GRACE)
        years, day = MONTHS // 12, self.day
        return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


@dataclass
class LetGo:
    """What was held, and may be spent again."""

    owner: str
    points: int
    held_at: dt.datetime
    at: dt.datetime


@dataclass
class Naive:
    """Lines and open holds."""

    lines: list[Entry] = field(default_factory=list)
    holds: dict[uuid.UUID, tuple[str, int, dt.datetime]] = field(default_factory=dict)
    held_at: dict[uuid.UUID, dt.datetime] = field(default_factory=dict)
    let_go: list[LetGo] = field(default_factory=list)

    def balance(self, owner: str) -> int:
        return sum(e.points for e in self.lines if e.taker == owner) - sum(
            e.points for e in self.lines if e.giver == owner
        )

    def held(self, owner: str) -> int:
        return sum(points for who, points, _until in self.holds.values() if who == owner)

    def free(self, owner: str) -> int:
        return self.balance(owner) - self.held(owner)

    def earned(self, owner: str, month: dt.date) -> int:
        return sum(e.points for e in self.awards(owner, month))

    def awards(self, owner: str, month: dt.date) -> list[Entry]:
        return [e for e in self.lines if e.taker == owner and e.is_award and not e.is_reversed and e.month == month]

    def worth(self, owner: str, rule: str, quantity: int, now: dt.datetime) -> tuple[int, int]:
        """Points and pieces that an award gives now."""
        each, at_once, a_month = RULES[rule]
        month = now.astimezone(HERE).date().replace(day=1)
        pieces = min(quantity, at_once)
        if a_month:
            had = sum(e.quantity for e in self.awards(owner, month) if e.rule == rule)
            pieces = max(0, min(pieces, a_month - had))
        return min(each * pieces, CEILING - self.earned(owner, month)), pieces

    def over(self, owner: str, today: dt.date) -> int:
        """How much is over today: what is free and not made up by what still lasts."""
        came = [e for e in self.lines if e.taker == owner and not e.is_reversed]
        lasts = sum(e.points for e in came if e.last_on >= today)
        lasts += sum(self.grace(one, today) for one in self.let_go if one.owner == owner)
        return max(0, self.free(owner) - lasts)

    def grace(self, one: LetGo, today: dt.date) -> int:
        """What lasts longer because it was held; only what had not been let go shortly before."""
        if (today - one.at.astimezone(HERE).date()).days > GRACE:
            return 0
        before = [o for o in self.let_go if o.owner == one.owner and o is not one]
        had = [o.points for o in before if one.held_at - dt.timedelta(days=GRACE) <= o.at <= one.held_at]
        return max(0, one.points - sum(had))

    def free_again(self, hold: uuid.UUID, now: dt.datetime) -> None:
        """What was held may be spent."""
        who, points, _until = self.holds.pop(hold)
        self.let_go.append(LetGo(who, points, self.held_at[hold], now))

    def months(self) -> dict[tuple[str, dt.date], int]:
        sums: Counter[tuple[str, dt.date]] = Counter()
        for entry in self.lines:
            if entry.is_award and not entry.is_reversed:
                sums[entry.taker, entry.month] += entry.points
        return {key: points for key, points in sums.items() if points}
