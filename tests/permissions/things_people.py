"""Requests about personal data, one in every unit."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from tests.permissions.world import World
from volunteers.people.models import Person, PersonalRequest
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """Somebody who asked for a copy."""
    person = Person.objects.create(name=f"提请求的人{name}", born_on=dt.date(1970, 1, 1))
    world.things["personal_request", name] = PersonalRequest.objects.create(
        person=person, unit=unit, kind="copy", channel="counter", due_on=timezone.localdate() + dt.timedelta(days=21)
    )
