"""Of which place and of which months a report speaks: read from the address, inside what the reader may see."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from foundation import clock
from foundation.errors import Denied
from rewards.points.posting import month_begins, next_month
from rewards.reports.rollup import PLACES
from volunteers.units.models import Unit
from volunteers.units.rights import Right, has_right, units_where

MOST_MONTHS = 12
CHOICES = 36


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
class Asked:
    """The place, the places right below it, and the months."""

    unit: Unit
    children: list[Unit]
    above: list[Unit]
    period: Period

    @property
    def query(self) -> str:
        """For links to the other reports of the same place and months."""
        return f"unit={self.unit.uid}&{self.period.query}"


def _month(text: str, otherwise: dt.date) -> dt.date:
    if not text:
        return otherwise
    try:
        return dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007
    except ValueError as wrong:
        raise Http404 from wrong


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


def asked(request: HttpRequest, right: Right = Right.SEE_REWARD_REPORTS) -> Asked:
    """What the address asks for; one's highest place and this month when it says nothing. Raises 404 and `Denied`."""
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
    children = rows.filter(path__startswith=unit.path, depth=unit.depth + 1).order_by("path")
    above = rows.filter(path__in=unit.ancestor_paths()[:-1]).order_by("path")
    return Asked(unit, list(children), list(above), _period(request))
