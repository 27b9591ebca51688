"""Sets of structure changes and of former places."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from foundation import clock
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from foundation.actors import Actor
    from volunteers.structure.models import FormerPlace, StructureChange  # noqa: F401


class StructureChangeQuerySet(models.QuerySet["StructureChange"]):
    """Sets of structure changes."""

    def visible_to(self, user: Actor) -> Self:
        """Changes of units, or within units, where the user may draft or approve."""
        paths = {*paths_where(user, Right.DRAFT_STRUCTURE), *paths_where(user, Right.APPROVE_STRUCTURE)}
        return self.filter(under(paths, "unit__path") | under(paths, "scope__path"))

    def waiting(self) -> Self:
        """Approved, and not yet in force."""
        return self.filter(state="approved")

    def due(self, on: dt.date | None = None) -> Self:
        """Approved and to be in force by a day, today when none is given; in the order of their days."""
        return self.waiting().filter(in_force_on__lte=on or clock.today()).order_by("in_force_on", "pk")

    def of_unit(self, unit_id: int) -> Self:
        """What became of one unit: changes about it, and those that moved, named or ended it."""
        return self.filter(Q(unit_id=unit_id) | Q(former_places__unit_id=unit_id)).distinct()


class FormerPlaceQuerySet(models.QuerySet["FormerPlace"]):
    """Sets of former places."""

    def on(self, day: dt.date) -> Self:
        """The rows that say how things were on a day, one for each unit that has changed since."""
        from volunteers.structure.models import FormerPlace

        earlier = FormerPlace.objects.filter(
            unit_id=models.OuterRef("unit_id"), until__gte=day, until__lt=models.OuterRef("until")
        )
        return self.filter(~models.Exists(earlier), until__gte=day)
