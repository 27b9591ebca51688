"""An event that is over and one that goes on, of every unit with staff; somebody's hours in every unit."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from events.gatherings.hours import Came, confirm_hours
from events.gatherings.models import Attendance, Event, SignUp
from foundation.actors import SYSTEM
from tests.permissions.world import STAFFED_LEVELS, TITLE, World
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import Unit

HOUR = dt.timedelta(hours=1)


def _event(unit: Unit, name: str, starts_in: int, ends_in: int) -> Event:
    now = timezone.now()
    times = {"starts_at": now + starts_in * HOUR, "ends_at": now + ends_in * HOUR}
    return Event.objects.create(unit=unit, title=f"{TITLE}（{name}）", place="食堂", **times)


def _guest(event: Event, name: str) -> Person:
    """Somebody who came to an event, as the program confirmed."""
    person = Person.objects.create(name=f"客人{name}")
    confirm_hours(id=uuid.uuid4(), event=event, came=[Came(person.uid)], acting_user=SYSTEM)
    return person


def add(world: World, name: str, unit: Unit) -> None:
    """At the event that is over, one is confirmed and one waits, guests from nowhere both."""
    community = unit if unit.level in STAFFED_LEVELS else Unit.objects.get(path=unit.path[: 3 * Unit.steplen])
    over: Any = _event(community, name, -4, -1)
    over.came, over.waits = _guest(over, f"{name}甲"), Person.objects.create(name=f"客人{name}乙")
    SignUp.objects.create(id=uuid.uuid4(), event=over, person=over.waits, fingerprint="0" * 64)
    if unit == community:
        world.things |= {("over", name): over, ("now_on", name): _event(unit, name, -1, 1)}
    person = Person.objects.create(name=f"住户{name}丙")
    Resident.objects.create(person=person, neighbourhood=unit, state="confirmed", confirmed_at=timezone.now())
    confirm_hours(id=uuid.uuid4(), event=over, came=[Came(person.uid)], acting_user=SYSTEM)
    world.things["attendance", name] = SimpleNamespace(uid=Attendance.objects.get(person=person).pk)
