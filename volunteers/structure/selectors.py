"""Where a unit lay on a day, what it was called, and what lay below it: answers that never change for a past day."""

from __future__ import annotations

import datetime as dt

from django.db.models import CharField, F, OuterRef, PositiveIntegerField, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from foundation import clock
from volunteers.structure.models import FormerPlace
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


def existed(on: dt.date, since: dt.date | None = None, field: str = "") -> Q:
    """Condition: the unit existed on a day, or at some time between two days. `field` leads to it ("unit__")."""
    founded = Q(**{f"{field}starts_on__isnull": True}) | Q(**{f"{field}starts_on__lte": on})
    going_on = Q(**{f"{field}ends_on__isnull": True}) | Q(**{f"{field}ends_on__gte": since or on})
    return founded & going_on


def units_under(unit: Unit, *, on: dt.date | None = None, since: dt.date | None = None) -> UnitQuerySet:
    """Units that lay at or below this one on a day (today when none is given) and existed then.

    With `since`, also those that ended between that day and `on`: what happened in them belongs to the month.
    """
    day = on or clock.today()
    path = path_on(unit, day)
    moved = FormerPlace.objects.on(day)
    stayed = Q(path__startswith=path) & ~Q(pk__in=moved.values("unit_id"))
    was_there = Q(pk__in=moved.filter(path__startswith=path).values("unit_id"))
    return Unit.objects.filter(stayed | was_there).filter(existed(day, since))


def unit_ids_under(unit: Unit, *, on: dt.date | None = None, since: dt.date | None = None) -> QuerySet[Unit, int]:
    """Ids of `units_under`, for `unit_id__in=`."""
    return units_under(unit, on=on, since=since).order_by().values_list("pk", flat=True)


def as_of(units: UnitQuerySet, day: dt.date) -> UnitQuerySet:
    """The units with `path_then`, `name_then` and `households_then`, as they were on a day."""
    former = FormerPlace.objects.filter(unit_id=OuterRef("pk"), until__gte=day).order_by("until")
    return units.annotate(
        path_then=Coalesce(Subquery(former.values("path")[:1]), F("path"), output_field=CharField()),
        name_then=Coalesce(Subquery(former.values("name")[:1]), F("name"), output_field=CharField()),
        households_then=Coalesce(
            Subquery(former.values("households_declared")[:1]),
            F("households_declared"),
            output_field=PositiveIntegerField(),
        ),
    )
