"""Of which place and of which months a report speaks: read from the address, inside what the reader may see."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest

from foundation import clock
from foundation.errors import Denied
from rewards.points.posting import month_begins, next_month
from rewards.reports.places import PLACES, STEP, Places, last_day
from volunteers.units.models import Unit
from volunteers.units.rights import Right, has_right, units_where

MOST_MONTHS = 12
CHOICES = 36
EARLIEST = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Months from the first to the last, both included; twelve at most."""

    first: dt.date
    last: dt.date

    @property
    def begins_at(self) -> dt.datetime:
        """Its first instant."""
        return month_begins(self.first)

    @property
    def ends_at(self) -> dt.datetime:
        """The first instant after it."""
        return month_begins(next_month(self.last))

    @property
    def query(self) -> str:
        """For links to the same months elsewhere."""
        return f"from={self.first:%Y-%m}&to={self.last:%Y-%m}"

    def months(self) -> list[dt.date]:
        """Each of them, oldest first."""
        found, month = [], self.first
        while month <= self.last:
            found.append(month)
            month = next_month(month)
        return found

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}" if self.first == self.last else f"{self.first:%Y-%m} – {self.last:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Below:
    """A place right below the one that was asked for, as it was called then; without an address where it is out of
    the reader's places by now."""

    pk: int
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The place, the places right below it in these months, and the months."""

    unit: Unit
    name: str
    children: list[Below]
    above: list[Unit]
    period: Period
    places: Places
    up: Asked | None = None
    """The place above in the same months, where the reader may see the reports of that, too."""
    _rows: dict[tuple[int, dt.date], int | None] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """For links to the other reports of the same place and months."""
        return f"unit={self.unit.uid}&{self.period.query}"

    @property
    def on(self) -> dt.date:
        """The day of which the report speaks: the last of the months, or today."""
        return last_day(self.period.last)

    def row_of(self, unit_id: int | None, month: dt.date) -> int | None:
        """Whose row something belongs to that happened in a place in a month: of the place right below in which that
        lay then, or of the place itself. None for what lay elsewhere."""
        if unit_id is None:
            return self.unit.pk if self.unit.depth == 1 else None
        if (unit_id, month) not in self._rows:
            self._rows[unit_id, month] = self.row_at(self.places.path(unit_id, last_day(month)), last_day(month))
        return self._rows[unit_id, month]

    def depth_of(self, unit_id: int | None, month: dt.date) -> int:
        """How deep a place lay in a month; 0 where something names none."""
        return len(self.places.path(unit_id, last_day(month))) // STEP if unit_id else 0

    def row_at(self, path: str, day: dt.date) -> int | None:
        """The same for a path of a day, of any unit."""
        top = self.places.path(self.unit.pk, day)
        if not path.startswith(top):
            return None
        return self.places.by_path(day).get(path[: len(top) + STEP], self.unit.pk)

    def ids(self) -> set[int]:
        """The places that lay in this one in one of the months."""
        months = self.period.months()
        return {pk for month in months for pk in self.places.by_path(last_day(month)).values()
                if self.row_of(pk, month) is not None}  # fmt: skip


def _month(text: str, otherwise: dt.date) -> dt.date:
    if not text:
        return otherwise
    try:
        month = dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007
    except ValueError as wrong:
        raise Http404 from wrong
    return max(month, EARLIEST)


def months_to_choose() -> list[dt.date]:
    """The running one first."""
    month, found = clock.today().replace(day=1), []
    for _number in range(CHOICES):
        found.append(month)
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return found


def _period(request: HttpRequest) -> Period:
    this = clock.today().replace(day=1)
    last = min(_month(request.GET.get("to", ""), this), this)
    first = min(_month(request.GET.get("from", ""), last), last)
    earliest = last
    for _number in range(MOST_MONTHS - 1):
        earliest = (earliest - dt.timedelta(days=1)).replace(day=1)
    return Period(max(first, earliest), last)


def asked(request: HttpRequest, right: Right = Right.SEE_REWARD_REPORTS, reader: Any = None) -> Asked:
    """What the address asks for; one's highest place and this month when it says nothing. Raises 404 and `Denied`.

    The reader is who reads the pages of the places above, where that is not whom the request names.
    """
    user: Any = request.user
    named = request.GET.get("unit", "")
    rows = Unit.objects.visible_to(user).filter(level__in=PLACES)
    if named:
        try:
            unit = rows.filter(uid=uuid.UUID(named)).first()
        except ValueError as wrong:
            raise Http404 from wrong
    else:
        unit = units_where(user, right).filter(level__in=PLACES).order_by("depth", "path").first()
    if unit is None:
        raise Http404
    if not has_right(user, right, unit):
        raise Denied
    period = _period(request)
    up, places = None, Places(period.first)
    seen = Unit.objects.visible_to(reader or user).filter(level__in=PLACES)
    above = list(seen.filter(path__in=unit.ancestor_paths()[:-1]).order_by("path"))
    for place in [*above, unit]:
        if place == unit or has_right(reader or user, Right.SEE_REWARD_REPORTS, place):
            up = Asked(place, places.name(place.pk, last_day(period.last)), [], above, period, places, up)
    assert up is not None
    up.children.extend(_children(up, rows))
    return up


def _children(asked: Asked, seen: Any) -> list[Below]:
    """What lay right below in one of the months, as it was called at its end, in the order of the tree."""
    was: dict[int, tuple[str, str]] = {}
    for month in asked.period.months():
        day = last_day(month)
        for pk in asked.places.existed(month, day):
            if pk != asked.unit.pk and asked.row_of(pk, month) == pk:
                was[pk] = (asked.places.path(pk, day), asked.places.name(pk, day))
    uids = dict(seen.filter(pk__in=was).values_list("pk", "uid"))
    addresses = {pk: f"?unit={uid}&{asked.period.query}" for pk, uid in uids.items()}
    return [Below(pk, was[pk][1], addresses.get(pk, "")) for pk in sorted(was, key=was.__getitem__)]
