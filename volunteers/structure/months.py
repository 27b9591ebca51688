"""What a monthly report counts beyond the tree: a registry that the apps above fill in their `ready()`.

    @months.figure("check_ins", _("打卡"))
    def check_ins(within, month) -> dict[int, int]: ...

A figure counts facts by the unit they happened in, never persons, so that a month that is over keeps its numbers.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise

EARLIEST = 2000


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month."""

    first: dt.date

    @property
    def last(self) -> dt.date:
        """Its last day, which the report speaks of."""
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    @property
    def begins_at(self) -> dt.datetime:
        """Its first instant where the district is."""
        return timezone.make_aware(dt.datetime.combine(self.first, dt.time()))

    @property
    def ends_at(self) -> dt.datetime:
        """The first instant after it."""
        return timezone.make_aware(dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time()))

    @classmethod
    def of(cls, day: dt.date) -> Month:
        """The month of a day."""
        return cls(day.replace(day=1))

    @classmethod
    def read(cls, text: str) -> Month | None:
        """From "2026-11"; None when it is no month, or one before there was anything to count."""
        try:
            first = dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007
        except ValueError:
            return None
        return cls(first) if first.year >= EARLIEST else None

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Within:
    """The units that a report speaks of; without ids all there are, and then nothing need be compared."""

    unit_ids: QuerySet[Any, int] | None = None

    def only(self, rows: Any, field: str = "unit_id") -> Any:
        """Those of the rows that lie in one of the units."""
        return rows if self.unit_ids is None else rows.filter(**{f"{field}__in": self.unit_ids})


Count = Callable[[Within, Month], Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One column: how many, by id of the unit they happened in."""

    name: str
    label: str | Promise
    count: Count
    order: int


_figures: dict[str, Figure] = {}


def figure(name: str, label: str | Promise, *, order: int = 100) -> Callable[[Count], Count]:
    """Register a column. The function gets the units, for `within.only(rows)`, and the month."""

    def register(function: Count) -> Count:
        if _figures.setdefault(name, Figure(name, label, function, order)).count is not function:
            raise RuntimeError(f"two figures of the monthly report are called {name}")
        return function

    return register


def figures() -> list[Figure]:
    """All columns, in their order."""
    return sorted(_figures.values(), key=lambda one: (one.order, one.name))
