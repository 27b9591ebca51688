"""Units, and the persons who serve in them."""

from __future__ import annotations

from tests.permissions.world import World
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """The unit itself, and whoever holds a role there."""
    world.things["unit", name] = unit
    world.things["person", name] = world.things["appointment", name].person
