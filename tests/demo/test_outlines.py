"""The map of the sample district."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date
from typing import Any

import pytest

from config.demo.district import build_district
from config.demo.outlines import community_outlines

Point = tuple[float, float]


@pytest.fixture(scope="module")
def rings() -> list[list[Point]]:
    outlines: dict[str, Any] = community_outlines(build_district(on=date(2026, 11, 21)))
    return [[tuple(point) for point in one["geometry"]["coordinates"][0]] for one in outlines["features"]]


def area_of(ring: list[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) / 2


def crosses(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def test_each_community_has_a_closed_ring_that_does_not_cross_itself(rings: list[list[Point]]) -> None:
    assert len(rings) == 86
    for ring in rings:
        assert ring[0] == ring[-1]
        assert area_of(ring) > 0
        edges = list(itertools.pairwise(ring))
        assert not any(crosses(*e, *f) for i, e in enumerate(edges) for f in edges[i + 1 :])


def test_the_communities_tile_the_district_without_gaps(rings: list[list[Point]]) -> None:
    edges = Counter(edge for ring in rings for edge in itertools.pairwise(ring))
    assert max(edges.values()) == 1
    border = {a: b for a, b in edges if (b, a) not in edges}
    start = at = next(iter(border))
    outline = [at]
    while (at := border[at]) != start:
        outline.append(at)
    assert len(outline) == len(border)  # one outer line and no hole
    assert sum(map(area_of, rings)) == pytest.approx(area_of([*outline, start]))
