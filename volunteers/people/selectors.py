"""What a person's own page shows."""

from __future__ import annotations

from dataclasses import dataclass

from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role somebody holds today, and where, in words."""

    title: str
    places: list[str]


def roles_of(person: Person) -> list[HeldRole]:
    """The roles held today with the names from the street down to the unit; two queries however many they are."""
    held = list(Appointment.objects.active().filter(person=person).select_related("unit").order_by("unit__path"))
    paths = {path for one in held for path in one.unit.ancestor_paths()}
    names = dict(Unit.objects.filter(path__in=paths).values_list("path", "name")) if paths else {}
    return [HeldRole(one.post_title or str(Role(one.role).label), _places(one.unit, names)) for one in held]


def _places(unit: Unit, names: dict[str, str]) -> list[str]:
    below_the_district = unit.ancestor_paths()[1:] or unit.ancestor_paths()
    return [names[path] for path in below_the_district]
