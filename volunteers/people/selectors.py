"""What a person's own page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from foundation.actors import Actor
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role somebody holds today, and where, in words."""

    title: str
    places: list[str]


def roles_of(person: Person) -> list[HeldRole]:
    """The roles held today with the names from the street down to the unit; two queries however many they are."""
    held = list(Appointment.objects.active().filter(person=person).select_related("unit").order_by("unit__path"))
    names = _names_around(held)
    return [HeldRole(one.post_title or str(Role(one.role).label), _places(one.unit, names)) for one in held]


def _places(unit: Unit, names: dict[str, str]) -> list[str]:
    below_the_district = unit.ancestor_paths()[1:] or unit.ancestor_paths()
    return [names[path] for path in below_the_district if path in names]


@dataclass(frozen=True, slots=True)
class Post:
    """A role that somebody holds today, as a list shows it: 邻长 · 青禾街道 · 桂花社区 · 1-1-1邻."""

    title: str
    place: str

    @property
    def words(self) -> str:
        """In one line."""
        return f"{self.title} · {self.place}" if self.place else self.title


def posts_of(people: Iterable[Person], user: Actor) -> dict[int, list[Post]]:
    """What each of them holds today, by their key, as far as the user may see it; two queries for all."""
    keys = [person.pk for person in people]
    held = list(
        Appointment.objects.visible_to(user)
        .active()
        .filter(person_id__in=keys)
        .select_related("unit")
        .order_by("unit__path")
    )
    names = _names_around(held)
    found: dict[int, list[Post]] = {}
    for one in held:
        title = one.post_title or str(Role(one.role).label)
        found.setdefault(one.person_id, []).append(Post(title, " · ".join(_places(one.unit, names))))
    return found


def _names_around(held: Iterable[Appointment]) -> dict[str, str]:
    paths = {path for one in held for path in one.unit.ancestor_paths()}
    return dict(Unit.objects.filter(path__in=paths).values_list("path", "name")) if paths else {}


def persons_meant(user: Actor, *, name: str, phone: str) -> list[Person]:
    """Who is meant at the counter: by name, and number where there is one, among those whom the user's units answer
    for.

    Somebody of another unit is not found, right number or not: a number must not tell who is where.
    """
    paths = paths_where(user, Right.HANDLE_REQUESTS)
    serving = Appointment.objects.filter(under(paths, "unit__path")).values("person_id")
    living = Resident.objects.filter(under(paths, "neighbourhood__path")).values("person_id")
    rows = Person.objects.living().filter(Q(pk__in=serving) | Q(pk__in=living), name=name)
    return list(rows.by_phone(phone)[:2] if phone else rows.order_by("pk")[:2])
