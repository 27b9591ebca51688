"""Sets of places, homes and residents; `visible_to` is the one door for reads.

Doors are for the leader they are linked to and those above (SEE_HOMES). A grant at a community or above reaches every
door of the estates there, linked or not; one below reaches the doors linked to its neighbourhoods.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from foundation import clock
from foundation.actors import Actor, is_system
from volunteers.units.models import LEVELS, Appointment, Level, Role, Unit
from volunteers.units.querysets import around, under
from volunteers.units.rights import Right, paths_where, person_id_of

if TYPE_CHECKING:
    from volunteers.homes.models import Building, Estate, Household, HouseholdLink, Resident  # noqa: F401

COMMUNITY_WIDTH = Unit.steplen * (LEVELS.index(Level.COMMUNITY) + 1)


def led() -> Any:
    """Keys of the neighbourhoods that have an active leader or stand-in today."""
    held = Appointment.objects.active().filter(role=Role.NEIGHBOUR_LEADER)
    return held.order_by().values("unit_id")


def leaderless() -> Any:
    """Keys of the neighbourhoods that have none."""
    return Unit.objects.at(Level.NEIGHBOURHOOD).exclude(pk__in=led()).order_by().values("pk")


class EstateQuerySet(models.QuerySet["Estate"]):
    """Sets of estates."""

    def visible_to(self, user: Actor) -> Self:
        """Those of the communities that the user serves, or serves in."""
        if is_system(user):
            return self
        return self.filter(around(paths_where(user, Right.SEE_UNIT), "community__path"))

    def kept_by(self, user: Actor) -> Self:
        """Those whose buildings and households the user keeps in order."""
        return self.filter(under(paths_where(user, Right.KEEP_HOMES), "community__path"))

    def within(self, unit: Unit) -> Self:
        """Of a community below the unit; for a part of a community, those with a building that it looks after."""
        from volunteers.homes.models import Building

        if len(unit.path) <= COMMUNITY_WIDTH:
            return self.filter(community__path__startswith=unit.path)
        return self.filter(pk__in=Building.objects.within(unit).order_by().values("estate_id"))

    def named(self, words: str) -> Self:
        """By name, pinyin or initials, of themselves or of their community."""
        found = Q()
        for field in ("name", "pinyin", "initials", "community__name", "community__pinyin"):
            found |= Q(**{f"{field}__icontains": words})
        return self.filter(found)


class BuildingQuerySet(models.QuerySet["Building"]):
    """Sets of buildings."""

    def visible_to(self, user: Actor) -> Self:
        """Those of the communities that the user serves, or serves in."""
        if is_system(user):
            return self
        return self.filter(around(paths_where(user, Right.SEE_UNIT), "estate__community__path"))

    def kept_by(self, user: Actor) -> Self:
        """Those whose households the user keeps in order."""
        return self.filter(under(paths_where(user, Right.KEEP_HOMES), "estate__community__path"))

    def below(self, paths: list[str]) -> Self:
        """In the communities below these paths."""
        return self.filter(under(paths, "estate__community__path"))

    def within(self, unit: Unit) -> Self:
        """In a community below the unit; for a part of a community, those with a door that it looks after."""
        from volunteers.homes.models import HouseholdLink

        if len(unit.path) <= COMMUNITY_WIDTH:
            return self.below([unit.path])
        links = HouseholdLink.objects.active().filter(neighbourhood__path__startswith=unit.path)
        return self.filter(pk__in=links.order_by().values("household__building_id"))

    def in_order(self) -> Self:
        """As one walks: 2栋 before 10栋."""
        return self.order_by("estate_id", "number", "name", "pk")


class HouseholdLinkQuerySet(models.QuerySet["HouseholdLink"]):
    """Sets of links between households and neighbourhoods."""

    def active(self, on: dt.date | None = None) -> Self:
        """Those that hold on a day, today when none is given."""
        day = on or clock.today()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def begun_lately(self) -> Self:
        """Those that began within the last week, today included."""
        today = clock.today()
        return self.filter(starts_on__lte=today, starts_on__gt=today - dt.timedelta(days=7))

    def vacant(self) -> Self:
        """Those to a neighbourhood whose post is vacant."""
        return self.filter(neighbourhood_id__in=leaderless())

    def visible_to(self, user: Actor) -> Self:
        """Those of neighbourhoods whose homes the user may see."""
        if is_system(user):
            return self
        return self.filter(under(paths_where(user, Right.SEE_HOMES), "neighbourhood__path"))


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Sets of households."""

    def visible_to(self, user: Actor) -> Self:
        """Linked below a unit where the user may see homes; from a community up also those linked to nobody."""
        if is_system(user):
            return self
        return self.filter(self._seen_from(paths_where(user, Right.SEE_HOMES)))

    def kept_by(self, user: Actor) -> Self:
        """Those that the user may link, unlink and number."""
        if is_system(user):
            return self
        return self.filter(self._seen_from(paths_where(user, Right.KEEP_HOMES)))

    def within(self, unit: Unit) -> Self:
        """Those that a unit looks after; from a community up also those that nobody does."""
        return self.filter(self._seen_from([unit.path]))

    def _seen_from(self, paths: list[str]) -> Q:
        from volunteers.homes.models import Building, HouseholdLink

        wide = [path for path in paths if len(path) <= COMMUNITY_WIDTH]
        narrow = [path for path in paths if len(path) > COMMUNITY_WIDTH]
        seen = Q(pk__in=[])
        if wide:
            seen |= Q(building_id__in=Building.objects.below(wide).order_by().values("pk"))
        if narrow:
            links = HouseholdLink.objects.active().filter(under(narrow, "neighbourhood__path"))
            seen |= Q(pk__in=links.values("household_id"))
        return seen

    def linked_to(self, *units: Any, on: dt.date | None = None) -> Self:
        """Linked on a day, today when none is given, to one of these neighbourhoods (rows or keys)."""
        from volunteers.homes.models import HouseholdLink

        keys = [getattr(unit, "pk", unit) for unit in units]
        return self.filter(
            pk__in=HouseholdLink.objects.active(on).filter(neighbourhood_id__in=keys).values("household_id")
        )

    def without_leader(self) -> Self:
        """Linked to no neighbourhood, or to one whose post is vacant: to none that is led."""
        return self.filter(~self._held_by(clock.today(), neighbourhood_id__in=led()))

    def unlinked(self, on: dt.date | None = None) -> Self:
        """Linked to no neighbourhood on a day, today when none is given."""
        return self.filter(~self._held_by(on or clock.today()))

    def linked(self) -> Self:
        """Linked to some neighbourhood today."""
        return self.filter(self._held_by(clock.today()))

    def _held_by(self, day: dt.date, **which: Any) -> models.Exists:
        """Some link holds on the day. One condition, which PostgreSQL answers by a single join of the two tables."""
        from volunteers.homes.models import HouseholdLink

        links = HouseholdLink.objects.active(day).filter(household_id=models.OuterRef("pk"), **which)
        return models.Exists(links.order_by().values("pk"))

    def with_links(self) -> Self:
        """With the current link of each, for `neighbourhood`; one query for all."""
        from volunteers.homes.models import HouseholdLink

        current = HouseholdLink.objects.active().select_related("neighbourhood")
        return self.prefetch_related(models.Prefetch("links", queryset=current, to_attr="current_links"))

    def in_order(self) -> Self:
        """Building by building, entrance by entrance, door by door."""
        return self.order_by("building_id", "entrance", "position", "pk")


def _seen_below(user: Actor) -> Q:
    return under(paths_where(user, Right.SEE_HOMES), "neighbourhood__path")


class ResidentQuerySet(models.QuerySet["Resident"]):
    """Sets of residents."""

    def living(self) -> Self:
        """Confirmed, and not moved away."""
        return self.filter(state="confirmed")

    def waiting(self) -> Self:
        """Asked, and not answered yet."""
        return self.filter(state="asked")

    def vacant(self) -> Self:
        """Those to a neighbourhood whose post is vacant."""
        return self.filter(neighbourhood_id__in=leaderless())

    def visible_to(self, user: Actor) -> Self:
        """Those of neighbourhoods whose homes the user may see, and oneself."""
        if is_system(user):
            return self
        return self.filter(_seen_below(user) | Q(person_id=person_id_of(user)))

    def looked_after_by(self, user: Actor) -> Self:
        """Those of neighbourhoods whose homes the user may see; where one lives oneself is no matter of the desk."""
        return self.filter(_seen_below(user))

    def not_looked_after_by(self, user: Actor) -> Self:
        """All others: who lives in other neighbourhoods, and who is not confirmed, or moved away."""
        return self.exclude(_seen_below(user), state="confirmed")

    def within(self, unit: Unit) -> Self:
        """Of the neighbourhoods of a unit."""
        return self.filter(neighbourhood__path__startswith=unit.path)

    def answered_by(self, user: Actor) -> Self:
        """Those whom the user may confirm or turn down; nobody answers themselves."""
        if is_system(user):
            return self
        below = under(paths_where(user, Right.CONFIRM_RESIDENT), "neighbourhood__path")
        return self.filter(below).exclude(person_id=person_id_of(user))
