"""Outlines of the communities: polygons that tile the district without gaps, those of a street side by side.

The district is a rectangle, halved again and again by the number of communities on either side; then all corners,
shared ones included, are moved by one and the same warp, so that borders bend but still meet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from config.demo.district import District

WEST, SOUTH, EAST, NORTH = 112.40, 30.20, 112.56, 30.33  # about 15 by 14 km, WGS-84
GRID = 240  # whole units a side; corners are whole numbers, so that shared ones are equal
STEP = 6  # a border gets a bend this often
BEND = 2.1  # how far a corner is moved, in units

Box = tuple[int, int, int, int]


def community_outlines(district: District, seed: int = 7) -> dict[str, Any]:
    """A GeoJSON FeatureCollection: one polygon a community, with its street and name. Deterministic, without gaps."""
    places = [(street.name, community.name) for street, community in district.communities()]
    sizes = [len(street.communities) for street in district.streets]
    boxes = _halve_streets(sizes, (0, 0, GRID, GRID))
    corners = {corner for west, south, east, north in boxes for corner in _corners((west, south, east, north))}
    features = []
    for (street_name, community_name), box in zip(places, boxes, strict=True):
        ring = [_place(x, y, seed) for x, y in _ring(box, corners)]
        features.append(
            {
                "type": "Feature",
                "properties": {"street": street_name, "community": community_name},
                "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _halve_streets(sizes: Sequence[int], box: Box) -> list[Box]:
    """A box for each community, in order: first shared out among streets, then inside each street."""
    if len(sizes) == 1:
        return _halve([1] * sizes[0], box)
    left, right, cut = _cut(sizes, box)
    return _halve_streets(left, cut[0]) + _halve_streets(right, cut[1])


def _halve(weights: Sequence[int], box: Box) -> list[Box]:
    if len(weights) == 1:
        return [box]
    left, right, cut = _cut(weights, box)
    return _halve(left, cut[0]) + _halve(right, cut[1])


def _cut(weights: Sequence[int], box: Box) -> tuple[Sequence[int], Sequence[int], tuple[Box, Box]]:
    """Cut the list where its two sides weigh about the same, and the box across its longer side in that proportion."""
    total = sum(weights)
    at = min(range(1, len(weights)), key=lambda i: abs(2 * sum(weights[:i]) - total))
    share = sum(weights[:at]) / total
    west, south, east, north = box
    if east - west >= north - south:
        middle = west + round((east - west) * share)
        boxes = (west, south, middle, north), (middle, south, east, north)
    else:
        middle = south + round((north - south) * share)
        boxes = (west, south, east, middle), (west, middle, east, north)
    return weights[:at], weights[at:], boxes


def _corners(box: Box) -> tuple[tuple[int, int], ...]:
    west, south, east, north = box
    return (west, south), (east, south), (east, north), (west, north)


def _ring(box: Box, corners: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The box's border, counter-clockwise, with every corner of a neighbour on it and a bend every few units."""
    west, south, east, north = box

    def along(fixed: int, first: int, last: int, *, upright: bool) -> list[tuple[int, int]]:
        points = []
        for moving in range(first, last, 1 if last > first else -1):
            point = (fixed, moving) if upright else (moving, fixed)
            if moving == first or moving % STEP == 0 or point in corners:
                points.append(point)
        return points

    return [
        *along(south, west, east, upright=False),
        *along(east, south, north, upright=True),
        *along(north, east, west, upright=False),
        *along(west, north, south, upright=True),
    ]


def _place(x: int, y: int, seed: int) -> list[float]:
    """Where a corner comes to lie: long waves for the shape of the land, short ones for crooked lanes."""
    a, b = x * math.tau / GRID, y * math.tau / GRID
    dx = 2.2 * math.sin(2 * b + seed) + BEND * math.sin(9 * b + 5 * a + 2 * seed) * math.cos(7 * a)
    dy = 2.2 * math.sin(2 * a + 3 * seed) + BEND * math.sin(8 * a - 6 * b + seed) * math.cos(7 * b)
    longitude = WEST + (EAST - WEST) * (x + dx) / GRID
    latitude = SOUTH + (NORTH - SOUTH) * (y + dy) / GRID
    return [round(longitude, 6), round(latitude, 6)]
