"""Where a unit lay on a day, what it was called, and what lay below it: answers that never change for a past day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, QuerySet

from foundation import clock
from volunteers.structure.models import ChangeState, FormerPlace, Kind, StructureChange
from volunteers.units.models import Unit
from volunteers.units.querysets import UnitQuerySet


def path_on(unit: Unit, day: dt.date) -> str:
    """Where the unit lay on a day; where it lies now when it has not moved since. A later day than today is today."""
    former = FormerPlace.objects.filter(unit_id=unit.pk, until__gte=day).order_by("until")
    path = former.values_list("path", flat=True).first()
    return path or Unit.objects.values_list("path", flat=True).get(pk=unit.pk)  # the object may be older than a move


def name_on(unit: Unit, day: dt.date) -> str:
    """What the unit was called on a day."""
    former = FormerPlace.objects.filter(unit_id=unit.pk, until__gte=day).order_by("until")
    return former.values_list("name", flat=True).first() or Unit.objects.values_list("name", flat=True).get(pk=unit.pk)


def _merged() -> dict[str, str]:
    """Into which unit each merged one went, by uid; one that was merged again is followed to the end. One query."""
    merges = StructureChange.objects.filter(kind=Kind.MERGE, state=ChangeState.IN_FORCE).order_by("in_force_on")
    found: dict[str, str] = {}
    for plan in merges.values_list("plan", flat=True):
        if into := plan.get("into"):
            gone = set(plan["units"]) - {into}
            found = {uid: into if last in gone else last for uid, last in found.items()}
            found |= dict.fromkeys(gone, into)
    return found


def goes_on_in(unit: Unit) -> Unit:
    """The unit that stands for a merged one now; the unit itself when it was not merged."""
    if unit.ends_on is None:
        return unit
    return Unit.objects.filter(uid=_merged().get(str(unit.uid))).first() or unit


def merged_under(paths: Iterable[str]) -> list[int]:
    """Keys of the merged units that go on in a unit at or below one of the paths. Two queries, one without a merge."""
    merged = _merged()
    if not merged:
        return []
    named = Unit.objects.filter(uid__in={*merged, *merged.values()}).values_list("uid", "pk", "path")
    known, tops = {str(uid): (pk, path) for uid, pk, path in named}, tuple(paths)
    return [known[gone][0] for gone, into in merged.items() if known[into][1].startswith(tops)]


def existed(on: dt.date, since: dt.date | None = None, field: str = "") -> Q:
    """Condition: the unit existed on a day, or at some time between two days. `field` leads to it ("unit__")."""
    founded = Q(**{f"{field}starts_on__isnull": True}) | Q(**{f"{field}starts_on__lte": on})
    going_on = Q(**{f"{field}ends_on__isnull": True}) | Q(**{f"{field}ends_on__gte": since or on})
    return founded & going_on


def units_under(unit: Unit, *, on: dt.date | None = None, since: dt.date | None = None) -> UnitQuerySet:
    """Units that lay at or below this one on a day (today when none is given) and existed then.

    With `since`, also those that ended between that day and `on`: what happened in them belongs to the month.
    """
    return then(unit, on=on, since=since).units


def unit_ids_under(unit: Unit, *, on: dt.date | None = None, since: dt.date | None = None) -> QuerySet[Unit, int]:
    """Ids of `units_under`, for `unit_id__in=`."""
    return units_under(unit, on=on, since=since).order_by().values_list("pk", flat=True)


class Place(NamedTuple):
    """Where a unit lay, what it was called, how many households it had."""

    path: str
    name: str
    households: int


@dataclass(frozen=True, slots=True)
class Then:
    """What lay below a unit on a day. `former` has the units that were elsewhere or something else then; few."""

    path: str
    units: UnitQuerySet
    former: Mapping[int, Place]

    def rows(self) -> Iterator[tuple[int, str, str, int, dt.date | None]]:
        """Key, level, path and households of each as on that day, and its last day; a district has 17,000."""
        listed = self.units.order_by().values_list("pk", "level", "path", "households_declared", "ends_on")
        for pk, level, path, households, ends_on in listed.iterator(5000):
            if was := self.former.get(pk):
                path, households = was.path, was.households  # noqa: PLW2901
            yield pk, level, path, households or 0, ends_on

    def place_of(self, unit: Unit) -> Place:
        """The place of one of them on that day."""
        return self.former.get(unit.pk) or Place(unit.path, unit.name, unit.households_declared or 0)


def then(unit: Unit, *, on: dt.date | None = None, since: dt.date | None = None) -> Then:
    """The units of `units_under`, with what has become of them since known at once. Three queries, one of them later.

    Only what has crossed the bounds of the unit since must be named one by one; the rest is found by its path.
    """
    day = on or clock.today()
    path = path_on(unit, day)
    changed = FormerPlace.objects.on(day).filter(Q(path__startswith=path) | Q(unit__path__startswith=path))
    former, came, left = dict[int, Place](), list[int](), list[int]()
    rows = changed.values_list("unit_id", "unit__path", "path", "name", "households_declared")
    for pk, now, was, name, households in rows:
        former[pk] = Place(was, name, households)
        was_here, is_here = was.startswith(path), now.startswith(path)
        if was_here != is_here:
            (left if was_here else came).append(pk)
    here = Q(path__startswith=path)
    if came:
        here &= ~Q(pk__in=came)
    if left:
        here |= Q(pk__in=left)
    return Then(path, Unit.objects.filter(here).filter(existed(day, since)), former)
