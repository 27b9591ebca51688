"""Somebody put forward who agreed, whoever serves here put forward and not asked yet, a candidate, and an objection.

The campaigns are archived, so that any number of them may lie in a unit; what takes a phase moves them there first.
"""

from __future__ import annotations

import datetime as dt
import uuid

from events.campaigns import rules
from events.campaigns.models import Campaign, Nomination, NomineeObjection
from tests.cast import SINCE
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Level, Role, Unit

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def archived(unit: Unit) -> Campaign:
    """A campaign of a unit that is over."""
    return Campaign.objects.create(
        unit=unit, title="最美邻长", rules=rules.current_rules(), approval_reference="旧〔2020〕1号", fingerprint="0" * 64,
        approved_at=LONG_AGO, state="archived",
    )  # fmt: skip


def named(campaign: Campaign, unit: Unit, person: Person, state: str) -> Nomination:
    """Somebody, as of this unit."""
    post = Appointment.objects.filter(person=person).first() or Appointment.objects.create(
        person=person, role=Role.NEIGHBOUR_LEADER, unit=unit, starts_on=SINCE, ends_on=SINCE
    )
    street = Unit.objects.get(path=unit.path_at(Level.STREET))
    return Nomination.objects.create(
        uid=uuid.uuid4(), campaign=campaign, person=person, appointment=post, neighbourhood=unit, street=street,
        kind="group_leader", why="热心", story="一段故事", state=state,
    )  # fmt: skip


def add(world: World, name: str, unit: Unit) -> None:
    """In every unit, whatever its level."""
    campaign = archived(unit)
    held = world.things["appointment", name]
    candidate = named(campaign, unit, Person.objects.create(name=f"候选{name}"), "candidate")
    objection = NomineeObjection.objects.create(
        uid=uuid.uuid4(), nomination=candidate, by=Person.objects.create(name=f"提的人{name}"), words="请核实"
    )
    world.things |= {
        ("naming", name): archived(Unit.objects.get(path=unit.path_at(Level.DISTRICT))),
        ("nominee", name): named(campaign, unit, Person.objects.create(name=f"被提名{name}"), "agreed"),
        ("own_nominee", name): named(archived(unit), unit, held.person, "asked"),
        ("asked_nominee", name): named(archived(unit), unit, Person.objects.create(name=f"来窗口的{name}"), "asked"),
        ("candidate", name): candidate,
        ("public_candidate", name): candidate,
        ("nominee_objection", name): objection,
    }
