"""Small outlines for tests."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from volunteers.atlas.models import Outline
from volunteers.units.models import Unit


def square(at: int = 0) -> dict[str, Any]:
    """A square of a kilometre, one beside the other."""
    west, south = 112.40 + at * 0.01, 30.20
    east, north = west + 0.01, south + 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [[[round(x, 6), round(y, 6)] for x, y in ring]]}


def feature(names: Any, geometry: Any) -> dict[str, Any]:
    """A feature of a community, or of what the dictionary says."""
    properties = {"community": names} if isinstance(names, str) else names
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: tuple[Any, Any]) -> dict[str, Any]:
    """A file."""
    return {"type": "FeatureCollection", "features": [feature(names, shape) for names, shape in features]}


def as_bytes(data: Any) -> bytes:
    """The same as it is uploaded; what is too large for a number stays a number to the reader."""
    return json.dumps(data, ensure_ascii=False).replace("Infinity", "1e999").encode()


def put_outlines(*units: Unit, at: int = 0) -> None:
    """Straight into the database."""
    for number, unit in enumerate(units):
        shape = square(at + number)
        values = {"geometry": shape, "bbox": [0, 0, 1, 1], "source": "test", "imported_at": timezone.now()}
        Outline.objects.update_or_create(unit=unit, defaults=values)
