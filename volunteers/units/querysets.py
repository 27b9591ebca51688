"""Sets of units and appointments with names; `visible_to` is the one door for reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from foundation import clock

if TYPE_CHECKING:
    from foundation.actors import Actor
    from volunteers.units.models import Appointment, Level, Role, Unit  # noqa: F401


STEP = 4
"""Characters of a path for one level of the tree, so that a prefix of whole steps is an ancestor."""


def under(paths: Iterable[str], field: str = "path") -> Q:
    """Condition: the path in `field` equals one of the paths or lies below it. No path, nothing.

    Path segments have a fixed width, so a prefix is always a whole number of levels.
    """
    condition = Q(pk__in=[])
    for path in top_paths(paths):
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def prefixes(path: str) -> list[str]:
    """Paths of the unit at `path` and of everything above it, from the top down; no query."""
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]


def around(paths: Iterable[str], field: str = "path") -> Q:
    """Condition: the unit in `field` lies at, below or above one of the paths. No path, nothing."""
    listed = list(paths)
    return under(listed, field) | Q(**{f"{field}__in": {above for path in listed for above in prefixes(path)}})


def top_paths(paths: Iterable[str]) -> list[str]:
    """The paths without those that lie below another one."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


class UnitQuerySet(MP_NodeQuerySet):
    """Sets of units."""

    def visible_to(self, user: Actor) -> Self:
        """Units that the user's current roles let them see: theirs and everything below."""
        from volunteers.units.rights import Right, paths_where

        return self.filter(under(paths_where(user, Right.SEE_UNIT)))

    def under(self, unit: Unit) -> Self:
        """The unit itself and everything below."""
        return self.filter(path__startswith=unit.path)

    def current(self, on: dt.date | None = None) -> Self:
        """Units that exist on a day, today when none is given: a merged or closed one stays in the tree, but ended."""
        day = on or clock.today()
        founded = Q(starts_on__isnull=True) | Q(starts_on__lte=day)
        return self.filter(founded, Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def at(self, level: Level) -> Self:
        """Units of one level."""
        return self.filter(level=level)


class UnitManager(MP_NodeManager.from_queryset(UnitQuerySet)):  # type: ignore[misc]
    """Units in the order of the tree."""

    def get_queryset(self) -> UnitQuerySet:
        """treebeard's manager names its own queryset; ours replaces it."""
        return UnitQuerySet(self.model, using=self._db).order_by("path")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Sets of appointments."""

    def active(self, on: dt.date | None = None) -> Self:
        """Held on a day, today when none is given."""
        day = on or clock.today()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def of_roles(self, roles: Iterable[Role | str]) -> Self:
        """Of any of the roles."""
        return self.filter(role__in=list(roles))

    def visible_to(self, user: Actor) -> Self:
        """Appointments in units whose people the user may see."""
        from volunteers.units.rights import Right, paths_where

        return self.filter(under(paths_where(user, Right.SEE_PEOPLE), "unit__path"))
