"""Proposals in every state, an objection, roles held, a leave: one of each in every unit."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.utils import timezone

from tests.cast import SINCE
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.posts.models import Leave, Objection, Proposal
from volunteers.units.models import Appointment, Level, Role, Unit

DAY = dt.timedelta(days=1)
_numbers = itertools.count(1)


def _person(name: str) -> Person:
    person = Person(name=name, born_on=dt.date(1960, 1, 1))
    person.set_phone(f"1546666{next(_numbers) % 10000:04d}")
    person.save()
    return person


def _proposal(unit: Unit, role: Role, state: str, **fields: Any) -> Proposal:
    person = _person(f"人选{state}")
    made = Proposal(
        unit=unit, role=role, state=state, name=person.name, how="leader", why="热心", proposed_at=timezone.now(),
        person=None if state == "proposed" else person, **fields,
    )  # fmt: skip
    made.set_phone(person.phone)
    made.save()
    return made


def add(world: World, name: str, unit: Unit) -> None:
    """Posts that nobody of the cast holds, so that every step goes through in every unit."""
    today = timezone.localdate()
    held_role = Role.NEIGHBOUR_LEADER if unit.level == Level.GROUP else Role.GROUP_LEADER
    free = Role.AREA_LEADER if unit.level in {Level.GROUP, Level.NEIGHBOURHOOD} else Role.NEIGHBOUR_LEADER
    runs = {"notice_from": today, "notice_until": today + 9 * DAY}
    ran = {"notice_from": today - 9 * DAY, "notice_until": today - DAY}
    noticed = _proposal(unit, free, "noticed", **runs)
    held = Appointment.objects.create(person=_person("在任者"), role=held_role, unit=unit, starts_on=SINCE)
    away = Appointment.objects.create(
        person=_person("休假者"), role=held_role, unit=unit, starts_on=SINCE, ends_on=today + 200 * DAY
    )
    things: dict[str, Any] = {
        "post": world.things["appointment", name],
        "proposal": _proposal(unit, free, "proposed"),
        "vetted": _proposal(unit, free, "vetted"),
        "noticed": noticed,
        "ran": _proposal(unit, free, "noticed", **ran),
        "objection": Objection.objects.create(proposal=noticed, words="再看看", at=timezone.now(), state="open"),
        "held": held,
        "leave": Leave.objects.create(
            appointment=away, starts_on=today, ends_on=today + 9 * DAY, taken_at=timezone.now()
        ),
    }
    world.things |= {(sort, name): thing for sort, thing in things.items()}
