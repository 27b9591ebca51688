"""Keeping estates, buildings and the doors in them. Links to neighbourhoods are in `links`, people in `residents`."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation import audit
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from foundation.idempotency import DifferentBody
from volunteers.homes.models import Building, Estate, Household
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, require

MOST_ENTRANCES, MOST_FLOORS, MOST_DOORS = 20, 60, 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a building stands, WGS-84; nothing where nobody knows."""

    longitude: float | None = None
    latitude: float | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors of a building as they are numbered everywhere: floor, then two digits for the door (301, 1202)."""

    entrances: int
    floors: int
    doors: int

    def check(self) -> None:
        """Raise `Invalid` for a building that does not exist."""
        errors: dict[str, str] = {}
        for name, most in (("entrances", MOST_ENTRANCES), ("floors", MOST_FLOORS), ("doors", MOST_DOORS)):
            if not 1 <= getattr(self, name) <= most:
                errors[name] = _("填 1 到 %(most)d。") % {"most": most}
        if errors:
            raise Invalid(errors=errors)

    def each(self) -> Iterator[tuple[str, str, int]]:
        """Entrance, door number and position of every door."""
        for entrance in range(1, self.entrances + 1):
            position = 0
            for floor in range(1, self.floors + 1):
                for door in range(1, self.doors + 1):
                    position += 1
                    yield _entrance(entrance), f"{floor}{door:02d}", position


def _entrance(number: int) -> str:
    return f"{number}单元"


def _saved(row: Any) -> None:
    """Save; a name that is taken becomes a refusal in the words of its constraint."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        for constraint in row._meta.constraints:
            if constraint.name in str(taken) or "name" in str(taken):
                raise Conflict(str(constraint.violation_error_message)) from taken
        raise


def _stored(model: type[Any], uid: uuid.UUID, **same: Any) -> Any:
    """The row that an earlier try with this id made; `DifferentBody` when it was about something else."""
    row = model.objects.filter(uid=uid).first()
    if row and any(getattr(row, name) != value for name, value in same.items()):
        raise DifferentBody
    return row


@transaction.atomic
def add_estate(*, uid: uuid.UUID, community: Unit, name: str, acting_user: Actor) -> Estate:
    """A new estate of a community. Who may: KEEP_HOMES there. Raises `Denied`, `Invalid`, `Conflict`."""
    require(acting_user, Right.KEEP_HOMES, community)
    if community.level != Level.COMMUNITY:
        raise Invalid(errors={"community": _("小区要放在一个社区里。")})
    if stored := _stored(Estate, uid, community_id=community.pk, name=name):
        return stored
    estate = Estate(uid=uid, community=community, name=name)
    _saved(estate)
    audit.record(actor=acting_user, act="estate.add", obj=estate, unit_id=community.pk)
    return estate


@transaction.atomic
def rename_estate(*, estate: Estate, name: str, acting_user: Actor) -> Estate:
    """Call an estate something else. Who may: KEEP_HOMES in its community. Raises `Denied`, `Conflict`."""
    require(acting_user, Right.KEEP_HOMES, estate.community)
    estate.name = name
    _saved(estate)
    audit.record(actor=acting_user, act="estate.rename", obj=estate, unit_id=estate.community_id)
    return estate


@transaction.atomic
def add_building(
    *, uid: uuid.UUID, estate: Estate, name: str, acting_user: Actor, entrances: int = 1, place: Place = NOWHERE
) -> Building:
    """A new building with a sign code of its own. Who may: KEEP_HOMES in the community. Raises `Denied`, `Conflict`."""
    require(acting_user, Right.KEEP_HOMES, estate.community)
    if stored := _stored(Building, uid, estate_id=estate.pk, name=name):
        return stored
    building = Building(uid=uid, estate=estate, name=name, entrances=entrances)
    building.longitude, building.latitude = place.longitude, place.latitude
    _saved(building)
    audit.record(actor=acting_user, act="building.add", obj=building, unit_id=estate.community_id)
    return building


@transaction.atomic
def change_building(
    *, building: Building, name: str, entrances: int, acting_user: Actor, place: Place = NOWHERE
) -> Building:
    """Name, entrances or place of a building; its sign code stays, since it hangs on a wall.

    Who may: KEEP_HOMES in the community. Raises `Denied`, `Conflict`.
    """
    require(acting_user, Right.KEEP_HOMES, building.estate.community)
    building.name, building.entrances = name, entrances
    building.longitude, building.latitude = place.longitude, place.latitude
    _saved(building)
    audit.record(actor=acting_user, act="building.change", obj=building, unit_id=building.estate.community_id)
    return building


@transaction.atomic
def generate_households(*, building: Building, doors: Doors, acting_user: Actor) -> int:
    """Every door of a building at once; those already there stay as they are. Returns how many are new.

    Who may: KEEP_HOMES in the community. Raises `Denied`, `Invalid`.
    """
    community = building.estate.community
    require(acting_user, Right.KEEP_HOMES, community)
    doors.check()
    Building.objects.select_for_update().get(pk=building.pk)
    rows = [_household(building, *door) for door in doors.each()]
    known = set(building.households.values_list("door_index", flat=True))
    new = [row for row in rows if row.door_index not in known]
    Household.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    if building.entrances < doors.entrances:
        building.entrances = doors.entrances
        building.save(update_fields=["entrances"])
    audit.record(
        actor=acting_user, act="household.generate", obj=building, unit_id=community.pk, data={"doors": len(new)}
    )
    return len(new)


def _household(building: Building, entrance: str, door: str, position: int) -> Household:
    household = Household(building=building, entrance=entrance, position=position)
    household.set_door(building, door)
    return household


@transaction.atomic
def add_household(*, uid: uuid.UUID, building: Building, entrance: str, door: str, acting_user: Actor) -> Household:
    """One door more. Who may: KEEP_HOMES in the community. Raises `Denied`, `Conflict`."""
    community = building.estate.community
    require(acting_user, Right.KEEP_HOMES, community)
    household = Household(uid=uid, building=building, entrance=entrance)
    household.set_door(building, door)
    if stored := _stored(Household, uid, building_id=building.pk, door_index=household.door_index):
        return stored
    last = building.households.filter(entrance=entrance).order_by("-position").values_list("position", flat=True)
    household.position = (last.first() or 0) + 1
    try:
        with transaction.atomic():
            household.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict(_("这一栋里已经有这个门牌。")) from taken
    audit.record(actor=acting_user, act="household.add", obj=household, unit_id=community.pk)
    return household
