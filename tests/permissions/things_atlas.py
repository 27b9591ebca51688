"""A file of outlines for every unit that somebody may draw, waiting to be confirmed."""

from __future__ import annotations

from django.utils import timezone

from tests.atlas.shapes import square
from tests.permissions.world import World
from volunteers.atlas.models import Outline, OutlineImport, packed
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """The unit itself stands for what the map shows of it."""
    world.things["place", name] = unit
    Outline.objects.create(unit=unit, geometry=square(), bbox=[0, 0, 1, 1], source="矩阵", imported_at=timezone.now())
    for sort, state in (("outlines", "previewed"), ("drawn", "committed")):
        world.things[sort, name] = OutlineImport.objects.create(
            file_name="矩阵.geojson", crs="wgs84", state=state, scope_path=unit.path,
            counts={"good": 1, "new": 1, "replaced": 0, "same": 0, "error": 0},
            read_packed=packed({unit.pk: square(1)}), former_packed=packed({unit.pk: None}),
            committed_at=timezone.now(),
        )  # fmt: skip
