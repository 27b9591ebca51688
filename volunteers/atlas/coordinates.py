"""WGS-84, in which everything is kept, and GCJ-02, which maps made in China speak.

The shift is the published formula of two series of sines on the ellipsoid of Krasovsky; it has no closed inverse, so
the way back is iterated until it returns to the point it came from. CGCS2000, in which 天地图 is drawn, differs from
WGS-84 by centimetres and is taken as the same. Outside China nothing is shifted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

AXIS, ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943_23
"""Half the long axis of the ellipsoid in metres, and the square of its eccentricity."""
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
CLOSE_ENOUGH = 1e-9
"""In degrees: a tenth of a millimetre."""
MOST_ROUNDS = 30
DIGITS = 6
"""Of a degree that are kept in an outline: a tenth of a metre."""

Point = tuple[float, float]


def is_in_china(longitude: float, latitude: float) -> bool:
    """Whether the shift applies: the rectangle that every map service uses."""
    return WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH


def to_gcj02(longitude: float, latitude: float) -> Point:
    """Where a map in GCJ-02 shows a point of WGS-84."""
    if not is_in_china(longitude, latitude):
        return longitude, latitude
    east, north = _shift(longitude, latitude)
    return longitude + east, latitude + north


def to_wgs84(longitude: float, latitude: float) -> Point:
    """The point that a map in GCJ-02 shows here."""
    if not is_in_china(longitude, latitude):
        return longitude, latitude
    x, y = longitude, latitude
    for _round in range(MOST_ROUNDS):
        east, north = _shift(x, y)
        off_x, off_y = x + east - longitude, y + north - latitude
        x, y = x - off_x, y - off_y
        if abs(off_x) < CLOSE_ENOUGH and abs(off_y) < CLOSE_ENOUGH:
            break
    return x, y


def _shift(longitude: float, latitude: float) -> Point:
    x, y = longitude - 105.0, latitude - 35.0
    both = _waves(6 * x, 20) + _waves(2 * x, 20)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (both + _waves(y, 20) + _waves(y / 3, 40) + _waves(y / 12, 160) + _waves(y / 30, 320)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (both + _waves(x, 20) + _waves(x / 3, 40) + _waves(x / 12, 150) + _waves(x / 30, 300)) * 2 / 3
    slope = math.radians(latitude)
    squeezed = 1 - ECCENTRICITY * math.sin(slope) ** 2
    root = math.sqrt(squeezed)
    north_metres = AXIS * (1 - ECCENTRICITY) / (squeezed * root)
    east_metres = AXIS / root * math.cos(slope)
    return math.degrees(east / east_metres), math.degrees(north / north_metres)


def _waves(turns: float, height: float) -> float:
    return height * math.sin(turns * math.pi)


CONVERTERS: dict[str, Callable[[float, float], Point]] = {"wgs84": lambda x, y: (x, y), "gcj02": to_wgs84}
"""From a system that a file may be in to WGS-84. What is given in CGCS2000 is WGS-84 here."""


def moved(geometry: dict[str, Any], move: Callable[[float, float], Point]) -> dict[str, Any]:
    """A Polygon or MultiPolygon with every corner moved, to a tenth of a metre."""

    def walk(part: Sequence[Any]) -> list[Any]:
        if part and isinstance(part[0], (int, float)):
            x, y = move(float(part[0]), float(part[1]))
            return [round(x, DIGITS), round(y, DIGITS)]
        return [walk(one) for one in part]

    return {"type": geometry["type"], "coordinates": walk(geometry["coordinates"])}
