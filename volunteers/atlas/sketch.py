"""Outlines as a small picture drawn by the server, for a preview: paths of SVG in a frame of a given width."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

WIDTH = 640
MOST_CORNERS = 400
"""Of one ring; a picture this small shows no more."""


def sketch(geometries: Iterable[dict[str, Any]]) -> tuple[int, int, list[str]]:
    """Width, height and one path for each geometry, north up, east and north in true proportion."""
    shapes = [_rings(geometry) for geometry in geometries]
    points = [point for rings in shapes for ring in rings for point in ring]
    if not points:
        return WIDTH, 0, []
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2)) or 1.0
    scale = WIDTH / max((east - west) * squeeze, (north - south) * 0.5, 1e-9)

    def drawn(ring: list[Any]) -> str:
        step = max(1, len(ring) // MOST_CORNERS)
        corners = (f"{(x - west) * squeeze * scale:.1f} {(north - y) * scale:.1f}" for x, y in ring[::step])
        return f"M{'L'.join(corners)}Z"

    height = math.ceil((north - south) * scale)
    return WIDTH, height, ["".join(drawn(ring) for ring in rings) for rings in shapes]


def _rings(geometry: dict[str, Any]) -> list[list[Any]]:
    parts = geometry["coordinates"]
    return list(parts) if geometry["type"] == "Polygon" else [ring for polygon in parts for ring in polygon]
