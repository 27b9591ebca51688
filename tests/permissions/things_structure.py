"""A drafted change of every unit, and one that was consulted on."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from foundation.actors import SYSTEM
from tests.permissions.world import World
from volunteers.structure.services import draft_change, record_consultation
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """New names, from a month on."""
    day = timezone.localdate() + dt.timedelta(days=30)
    for sort in ("structure", "structure_asked"):
        change = draft_change(
            uid=uuid.uuid4(), kind="rename", unit=unit, in_force_on=day, why="好记", plan={"name": f"{sort} {name}"},
            acting_user=SYSTEM,
        )  # fmt: skip
        world.things[sort, name] = change
    record_consultation(change=world.things["structure_asked", name], note="问过大家", acting_user=SYSTEM)
