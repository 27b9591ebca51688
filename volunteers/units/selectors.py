"""Reads about many units at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from django.db.models import Count, Q
from django.db.models.functions import Left, Length

from foundation import clock
from foundation.actors import Actor
from volunteers.units.models import STAFF, THREE_HEADS, Appointment, Unit


def breadcrumbs(units: Iterable[Unit], *, top: int = 2) -> dict[int, str]:
    """Where each unit lies, by its key: names from the community down to the unit above it. One query for all.

    `top` is how many levels at the top are left out (district and street by default).
    """
    listed = list(units)
    paths = {path for unit in listed for path in unit.ancestor_paths()}
    names = dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))
    return {
        unit.pk: " · ".join(names[path] for path in unit.ancestor_paths()[top:-1] if path in names) for unit in listed
    }


_NO_SOUND = re.compile("[^a-z0-9]")
MOST_WORDS = 5


def named_like(words: str, prefix: str = "") -> Q:
    """Condition for things with `name`, `pinyin` and `initials`: each word is in the name, or how it begins to sound.

    Numbers are part of a name here: 第3片区, 7栋. `prefix` leads to the thing: "unit__".
    """
    found = Q()
    for word in words.lower().split()[:MOST_WORDS]:
        fits = Q(**{f"{prefix}name__icontains": word})
        sound = _NO_SOUND.sub("", word) if word.isascii() else ""
        if sound:
            fits |= Q(**{f"{prefix}pinyin__startswith": sound}) | Q(**{f"{prefix}initials__startswith": sound})
        found &= fits
    return found


def leaders_in(units: Iterable[Unit], user: Actor) -> dict[int, list[Appointment]]:
    """Who leads each unit today, by its key, where the user may see people; stand-ins last. One query for all."""
    keys = [unit.pk for unit in units]
    held = (
        Appointment.objects.visible_to(user)
        .active()
        .of_roles(THREE_HEADS)
        .filter(unit_id__in=keys)
        .select_related("person")
    )
    found: dict[int, list[Appointment]] = {}
    for one in held.order_by("unit_id", "starts_on", "pk"):
        found.setdefault(one.unit_id, []).append(one)
    for holders in found.values():
        holders.sort(key=lambda one: one.stands_in_for_id is not None)
    return found


def nearest_staff(unit: Unit, without: Collection[int] = ()) -> list[int]:
    """Persons who are staff of a unit today; where there is none, of the nearest unit above. Some are left out."""
    staff = Appointment.objects.active().of_roles(STAFF).exclude(person_id__in=without)
    for path in reversed(unit.ancestor_paths()):
        if found := list(staff.filter(unit__path=path).values_list("person_id", flat=True)):
            return found
    return []


def children_counts(units: Iterable[Unit]) -> dict[int, int]:
    """How many units lie directly below each today. One query: treebeard counts all, those of other days are few."""
    listed = list(units)
    today = clock.today()
    not_now = Unit.objects.filter(Q(ends_on__lt=today) | Q(starts_on__gt=today)).order_by()
    parents = not_now.annotate(parent=Left("path", Length("path") - Unit.steplen)).filter(
        parent__in=[unit.path for unit in listed]
    )
    gone = dict(parents.values_list("parent").annotate(number=Count("pk")))
    return {unit.pk: unit.numchild - gone.get(unit.path, 0) for unit in listed}
