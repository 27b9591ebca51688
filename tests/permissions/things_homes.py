"""An estate, a building, a door, somebody who waits behind it and somebody confirmed without one, of every unit."""

from __future__ import annotations

from django.utils import timezone

from tests.cast import SINCE
from tests.permissions.world import World
from volunteers.homes.models import Building, Estate, Household, HouseholdLink, Resident
from volunteers.people.models import Person
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """The places lie in the unit's community, or in the unit itself where that is higher."""
    community = Unit.objects.get(path=unit.path[: 3 * Unit.steplen])
    estate = Estate.objects.create(community=community, name=f"{name}苑")
    building = Building.objects.create(estate=estate, name="1栋")
    household = Household(building=building, entrance="1单元", position=1)
    household.set_door(building, "101")
    household.save()
    HouseholdLink.objects.create(household=household, neighbourhood=unit, starts_on=SINCE)
    person = Person.objects.create(name=f"住户{name}")
    resident = Resident.objects.create(person=person, neighbourhood=unit, household=household)
    settled = Resident.objects.create(
        person=Person.objects.create(name=f"没门牌{name}"), neighbourhood=unit, state="confirmed",
        confirmed_at=timezone.now(),
    )  # fmt: skip
    for sort, thing in (
        ("estate", estate), ("building", building), ("household", household), ("resident", resident),
        ("settled", settled),
    ):  # fmt: skip
        world.things[sort, name] = thing
