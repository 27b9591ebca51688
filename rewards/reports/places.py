"""Where districts, streets and communities lay on a day that is over: whatever became of them since.

As in the monthly report of the tree, what happened in a month belongs to the place in which its unit lay on the month's
last day, or lies today while the month runs.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Substr

from foundation import clock
from rewards.points.posting import next_month
from volunteers.structure.models import FormerPlace
from volunteers.units.models import Level, Unit

STEP = Unit.steplen
PLACE_WIDTH = 3 * STEP
"""The path of a community; what lies above is shorter."""
PLACES = (Level.DISTRICT, Level.STREET, Level.COMMUNITY)


def place_on(day: dt.date, unit: str = "unit") -> Substr:
    """Expression: the path of the community of a unit, or of what lies above, as it was on a day."""
    former = FormerPlace.objects.filter(unit=OuterRef(f"{unit}_id"), until__gte=day).order_by("until").values("path")
    return Substr(Coalesce(Subquery(former[:1]), F(f"{unit}__path")), 1, PLACE_WIDTH)


def last_day(month: dt.date) -> dt.date:
    """The last day of a month, or today while it runs."""
    return min(next_month(month) - dt.timedelta(days=1), clock.today())


class Was(NamedTuple):
    """How a unit was until a day, that day included."""

    until: dt.date
    path: str
    name: str


class Places:
    """Units down to the communities, on any day; two queries, of a few hundred rows."""

    def __init__(self, since: dt.date) -> None:
        rows = Unit.objects.filter(level__in=PLACES).order_by()
        self._now: dict[int, tuple[str, str]] = {}
        self._days: dict[int, tuple[dt.date, dt.date]] = {}
        for pk, path, name, starts_on, ends_on in rows.values_list("pk", "path", "name", "starts_on", "ends_on"):
            self._now[pk] = (path, name)
            self._days[pk] = (starts_on or dt.date.min, ends_on or dt.date.max)
        self._former: dict[int, list[Was]] = defaultdict(list)
        former = FormerPlace.objects.filter(until__gte=since, unit__level__in=PLACES).order_by("until")
        for pk, until, path, name in former.values_list("unit_id", "until", "path", "name"):
            self._former[pk].append(Was(until, path, name))
        self.by_path = cache(self._by_path)

    def _then(self, pk: int, day: dt.date) -> tuple[str, str]:
        was = next((one for one in self._former.get(pk, ()) if one.until >= day), None)
        return (was.path, was.name) if was else self._now[pk]

    def path(self, pk: int, day: dt.date) -> str:
        """Where it lay on a day."""
        return self._then(pk, day)[0]

    def name(self, pk: int, day: dt.date) -> str:
        """What it was called on a day."""
        return self._then(pk, day)[1]

    def existed(self, since: dt.date, until: dt.date) -> Iterable[int]:
        """Those that were there at some time between two days."""
        return (pk for pk, (first, last) in self._days.items() if first <= until and last >= since)

    def _by_path(self, day: dt.date) -> dict[str, int]:
        """Which unit lay where on a day. One founded later may lie where another one lay before."""
        return {self.path(pk, day): pk for pk, (first, _last) in self._days.items() if first <= day}
