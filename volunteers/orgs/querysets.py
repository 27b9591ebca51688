"""Sets of departments, officers and party organisations; `visible_to` is the one door for reads."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from foundation import clock
from volunteers.units.models import Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from foundation.actors import Actor
    from volunteers.orgs.models import Department, DepartmentOfficer, PartyLink, PartyOrg  # noqa: F401


def on_day(on: dt.date | None) -> Q:
    """Condition: in force on a day, today when none is given; the last day still counts."""
    day = on or clock.today()
    return Q(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Sets of departments. They belong to the whole district, so who keeps them sees all of them."""

    def visible_to(self, user: Actor) -> Self:
        """For those who keep departments."""
        return self if paths_where(user, Right.KEEP_DEPARTMENTS) else self.none()


class OfficerQuerySet(models.QuerySet["DepartmentOfficer"]):
    """Sets of officers."""

    def active(self, on: dt.date | None = None) -> Self:
        """In office on a day, today when none is given."""
        return self.filter(on_day(on))

    def visible_to(self, user: Actor) -> Self:
        """For those who keep departments."""
        return self if paths_where(user, Right.KEEP_DEPARTMENTS) else self.none()


class PartyOrgQuerySet(MP_NodeQuerySet):
    """Sets of party organisations."""

    def visible_to(self, user: Actor) -> Self:
        """Those that sit where the user keeps party organisations, and below."""
        return self.filter(under(paths_where(user, Right.KEEP_PARTY), "unit__path"))

    def current(self, on: dt.date | None = None) -> Self:
        """Not closed on a day, today when none is given."""
        return self.filter(on_day(on))

    def seated_above(self, path: str) -> Self:
        """Those that sit in a unit with this path or in one above it: what an organisation there can belong to."""
        above = [path[:end] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)]
        return self.filter(unit__path__in=above)


class PartyOrgManager(MP_NodeManager.from_queryset(PartyOrgQuerySet)):  # type: ignore[misc]
    """Party organisations in the order of their tree."""

    def get_queryset(self) -> PartyOrgQuerySet:
        """treebeard's manager names its own queryset; ours replaces it."""
        return PartyOrgQuerySet(self.model, using=self._db).order_by("path")


class PartyLinkQuerySet(models.QuerySet["PartyLink"]):
    """Sets of links between party organisations and units."""

    def current(self, on: dt.date | None = None) -> Self:
        """In force on a day, today when none is given, of organisations that are not closed."""
        day = on or clock.today()
        open_still = Q(org__ends_on__isnull=True) | Q(org__ends_on__gte=day)
        return self.filter(on_day(on), open_still)

    def visible_to(self, user: Actor) -> Self:
        """Of the organisations that the user keeps."""
        return self.filter(under(paths_where(user, Right.KEEP_PARTY), "org__unit__path"))
