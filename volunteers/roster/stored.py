"""What the database already says about the streets of a roster, read in a handful of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q

from volunteers.people.models import Person
from volunteers.units.models import THREE_HEADS, Appointment, Unit
from volunteers.units.querysets import under

Key = tuple[str, ...]
"""Names from the street down; the district itself is the empty key."""
CHUNK = 5_000
STEP = Unit.steplen


@dataclass(slots=True)
class StoredUnit:
    """One unit; `last_step` is the number of its last child, ended ones included."""

    id: int
    path: str
    name: str
    place: str = ""
    households: int | None = None
    child_count: int = 0
    last_step: int = 0


@dataclass(slots=True)
class StoredPerson:
    """One person, with what a roster may correct."""

    id: int
    name: str
    gender: str
    born_on: dt.date | None
    political_status: str


@dataclass(slots=True)
class Holder:
    """One current appointment of the three heads."""

    id: int
    unit_id: int
    role: str
    starts_on: dt.date
    ends_on: dt.date | None
    ended_reason: str
    title: str
    is_cadre: bool
    employer: str
    phone_index: str | None
    person: StoredPerson


@dataclass(slots=True)
class Stored:
    """The part of the database that a roster is compared with."""

    units: dict[Key, StoredUnit] = field(default_factory=dict)
    holders: dict[tuple[int, str], Holder] = field(default_factory=dict)
    people: dict[str, StoredPerson] = field(default_factory=dict)

    def nearest(self, key: Key) -> StoredUnit | None:
        """The unit of this key, or the lowest stored one above it."""
        while key and key not in self.units:
            key = key[:-1]
        return self.units.get(key)


def load_units(streets: Iterable[str], *, today: dt.date) -> Stored:
    """The district, all its streets by name, and everything below those that the roster names."""
    stored = Stored()
    root = Unit.objects.filter(depth=1).order_by("path").first()
    if root is None:
        return stored
    named = set(streets)
    tops = Unit.objects.filter(depth=2, path__startswith=root.path).values_list("path", "name")
    paths = [path for path, name in tops if name in named]
    wanted = Q(depth__lte=2, path__startswith=root.path) | under(paths)
    rows = Unit.objects.filter(wanted).order_by("path")
    keys: dict[str, Key] = {}
    by_path: dict[str, StoredUnit] = {}
    for pk, path, name, place, households, children, ends_on in rows.values_list(
        "id", "path", "name", "place", "households_declared", "numchild", "ends_on"
    ):
        parent = path[:-STEP]
        if parent in by_path:
            by_path[parent].last_step = Unit._str2int(path[-STEP:])
        if parent and parent not in keys:
            continue
        unit = by_path[path] = StoredUnit(pk, path, name, place, households, children)
        if ends_on is None or ends_on >= today:
            keys[path] = (*keys[parent], name) if parent else ()
            stored.units.setdefault(keys[path], unit)
    return stored


def load_holders(stored: Stored, paths: Collection[str], *, today: dt.date) -> None:
    """Current area, group and neighbour leaders below these paths, and the persons they are; not who stands in."""
    if not paths:
        return
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    heads = Appointment.objects.filter(current, role__in=THREE_HEADS, stands_in_for__isnull=True)
    rows = heads.filter(under(paths, "unit__path")).order_by("id")
    for values in rows.values_list(
        *("id", "unit_id", "role", "starts_on", "ends_on", "ended_reason", "post_title", "is_cadre", "employer"),
        *("person__phone_index", "person_id", "person__name", "person__gender", "person__born_on"),
        "person__political_status",
    ):
        person, index = StoredPerson(*values[10:]), values[9]
        if index:
            person = stored.people.setdefault(index, person)
        holder = Holder(*values[:9], phone_index=index, person=person)  # type: ignore[misc]
        stored.holders[holder.unit_id, holder.role] = holder


def load_people(stored: Stored, indexes: Iterable[str]) -> None:
    """Persons with these blind indexes that are not known yet."""
    missing = [index for index in indexes if index not in stored.people]
    if not missing or not Person.objects.exists():
        return
    for part in _parts(missing):
        for values in Person.objects.filter(phone_index__in=part).values_list(
            "id", "name", "gender", "born_on", "political_status", "phone_index"
        ):
            stored.people[str(values[5])] = StoredPerson(*values[:5])


def serving_elsewhere(people: Collection[int], paths: Collection[str], *, today: dt.date) -> set[int]:
    """Those of these persons who hold a current appointment outside the paths."""
    active = Appointment.objects.active(today).filter(person_id__in=list(people)).exclude(under(paths, "unit__path"))
    return set(active.values_list("person_id", flat=True))


def _parts(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
