"""Where people belong: the units that somebody serves or lives in today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from volunteers.homes.models import Resident
from volunteers.units.models import Appointment, Unit
from volunteers.units.querysets import under


def places_of(person_ids: Collection[int]) -> dict[int, list[Unit]]:
    """The units of each person, the lowest first, where they serve before where they live. Two queries for all."""
    found: dict[int, list[Unit]] = defaultdict(list)
    held = Appointment.objects.active().filter(person_id__in=person_ids).select_related("unit").order_by("unit__path")
    for appointment in held:
        found[appointment.person_id].append(appointment.unit)
    homes = Resident.objects.living().filter(person_id__in=person_ids).select_related("neighbourhood")
    for resident in homes:
        found[resident.person_id].append(resident.neighbourhood)
    for units in found.values():
        units.sort(key=lambda unit: -unit.depth)
    return found


def below(paths: Iterable[str], field: str) -> Q:
    """Condition: the person in `field` serves or lives at or below one of the paths."""
    wanted = list(paths)
    serving = Appointment.objects.active().filter(under(wanted, "unit__path")).order_by().values("person_id")
    living = Resident.objects.living().filter(under(wanted, "neighbourhood__path")).order_by().values("person_id")
    return Q(**{f"{field}__in": serving}) | Q(**{f"{field}__in": living})
