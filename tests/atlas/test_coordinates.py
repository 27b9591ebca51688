"""The shift between WGS-84 and GCJ-02, against points that others have published, and there and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteers.atlas.coordinates import moved, to_gcj02, to_wgs84

# Pairs (longitude, latitude) in WGS-84 and in GCJ-02.
EVILTRANSFORM = "googollee/eviltransform, the table TESTS of its unit tests (MIT)"
COORDTRANSFORM = "wandergis/coordtransform, the example of its README (MIT)"
PUBLISHED = [
    pytest.param((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597), EVILTRANSFORM, id="Shanghai"),
    pytest.param((113.912316, 22.543847), (113.9171764808363, 22.540796131694766), EVILTRANSFORM, id="Shenzhen"),
    pytest.param((116.377817, 39.911954), (116.38404722455657, 39.91334545536069), EVILTRANSFORM, id="Beijing"),
    pytest.param((116.404, 39.915), (116.41024449916938, 39.91640428150164), COORDTRANSFORM, id="Beijing, 2"),
]


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Good enough for points that lie near each other."""
    east = (a[0] - b[0]) * 111_320 * math.cos(math.radians(a[1]))
    return math.hypot(east, (a[1] - b[1]) * 111_320)


@pytest.mark.parametrize(("wgs", "gcj", "source"), PUBLISHED)
def test_published_points_come_out_to_a_decimetre(
    wgs: tuple[float, float], gcj: tuple[float, float], source: str
) -> None:
    assert metres(to_gcj02(*wgs), gcj) < 0.1, source
    assert metres(to_wgs84(*gcj), wgs) < 0.1, source
    assert 300 < metres(wgs, gcj) < 800  # the shift is some hundred metres


@given(st.floats(73.6, 134.9), st.floats(18.2, 53.5))
def test_there_and_back_is_the_same_place(longitude: float, latitude: float) -> None:
    assert metres(to_wgs84(*to_gcj02(longitude, latitude)), (longitude, latitude)) < 0.1


@pytest.mark.parametrize("point", [(2.35, 48.85), (-74.0, 40.7), (151.2, -33.9), (0.0, 0.0), (-180.0, 90.0)])
def test_outside_china_nothing_is_shifted(point: tuple[float, float]) -> None:
    assert to_gcj02(*point) == point
    assert to_wgs84(*point) == point


def test_every_corner_of_an_outline_is_moved_and_nothing_else() -> None:
    ring = [[112.4, 30.2], [112.5, 30.2, 17.0], [112.5, 30.3], [112.4, 30.2]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring], [ring]]}
    there = moved(shape, to_gcj02)
    back = moved(there, to_wgs84)
    assert there["type"] == "MultiPolygon"
    assert there["coordinates"][0] == there["coordinates"][1]
    assert metres(tuple(there["coordinates"][0][0][0]), (112.4, 30.2)) > 100
    assert back["coordinates"][0][0] == [point[:2] for point in ring]
