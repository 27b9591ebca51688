"""Reading a GeoJSON file that somebody uploads: nothing in it is believed before it was looked at.

Whatever is wrong is told as a sentence with what to do. The file as a whole is refused by `Invalid`; one feature that
is wrong is a `Problem`, and the others stay good.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from foundation.errors import Invalid
from volunteers.atlas.coordinates import CONVERTERS, moved
from volunteers.units.models import Level, Unit
from volunteers.units.querysets import under

MAX_BYTES = 5 * 1024 * 1024
MAX_FEATURES, MAX_POINTS = 2_000, 20_000
MOST_SAID = 80
KEYS: tuple[tuple[str, Level], ...] = (
    ("street", Level.STREET),
    ("community", Level.COMMUNITY),
    ("area", Level.AREA),
)
"""Properties that name the unit of a feature, from the top down; those further down may be left out."""
MAINLAND = ((73.0, 136.0), (3.0, 54.0))
"""Longitudes and latitudes of the country, to see when the two were exchanged."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A feature that is refused: which one, and in words what is wrong and what to do."""

    number: int
    name: str
    text: str


@dataclass(slots=True)
class Found:
    """What a file holds: geometries in WGS-84 by key of the unit, and what is refused."""

    outlines: dict[int, dict[str, Any]] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class _Wrong(Exception):
    """A feature that cannot be taken; the sentence is for the person who uploaded it."""


def refuse(message: str) -> NoReturn:
    """The file as a whole cannot be taken."""
    raise Invalid(message, errors={"file": message})


def read(content: bytes, *, crs: str, paths: Sequence[str]) -> Found:
    """Read a file and match it with the units below these paths. Raises Invalid when nothing in it can be read."""
    features, found = _features(content), Found()
    book = _Book.of(paths)
    for number, feature in enumerate(features, 1):
        names = _names(feature)
        try:
            unit = book.unit(names)
            if unit.pk in found.outlines:
                raise _Wrong(_("前面已经有一个同名的边界了。请只留一个；一处分成几块的，请合成一个 MultiPolygon。"))
            found.outlines[unit.pk] = moved(_geometry(feature), CONVERTERS[crs])
            found.units[unit.pk] = unit
        except _Wrong as wrong:
            found.problems.append(Problem(number, " ".join(names) or _("没有名称"), str(wrong)))
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _features(content: bytes) -> list[Any]:
    if len(content) > MAX_BYTES:
        refuse(_("文件超过 5 MB。请把边界简化一些，或者按镇街分开上传。"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(_("文件不是 UTF-8 编码，中文读不出来。请导出时选 UTF-8。"))
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        refuse(_("这不是 GeoJSON 文件，或者文件不完整。请从地图软件里重新导出 GeoJSON。"))
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        refuse(_("文件里没有 FeatureCollection。请从地图软件里导出整个图层，格式选 GeoJSON。"))
    if not features:
        refuse(_("文件里一个边界也没有。请看看导出时有没有选中图层。"))
    if len(features) > MAX_FEATURES:
        refuse(_("文件里有 %(count)d 个边界，一次最多 2,000 个。请按镇街分开上传。") % {"count": len(features)})
    return features


def _names(feature: Any) -> list[str]:
    """What the feature is called, from the street down; text only, and not more than a name is long."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    values = [properties.get(key) if isinstance(properties, dict) else None for key, _level in KEYS]
    return [value.strip()[:MOST_SAID] if isinstance(value, str) else "" for value in values]


@dataclass(slots=True)
class _Book:
    """The units that the file may name, by their names from the street down."""

    by_names: dict[tuple[str, ...], Unit]
    by_community: dict[str, list[Unit]]

    @classmethod
    def of(cls, paths: Sequence[str]) -> _Book:
        levels = [level for _key, level in KEYS]
        units = list(Unit.objects.current().filter(under(_with_streets(paths)), level__in=levels))
        names = {unit.path: unit.name for unit in units}
        first = Unit.steplen * 2
        book = cls({}, {})
        for unit in units:
            above = [names.get(unit.path[:end], "") for end in range(first, len(unit.path), Unit.steplen)]
            if any(unit.path.startswith(path) for path in paths):
                book.by_names[*above, unit.name] = unit
                if unit.level == Level.COMMUNITY:
                    book.by_community.setdefault(unit.name, []).append(unit)
        return book

    def unit(self, names: Sequence[str]) -> Unit:
        """The unit that the names mean; a community alone is enough where its name is there once."""
        street, community, area = names
        if not street and not community:
            raise _Wrong(_("没有写是哪个社区。请在属性里填 street（镇街）和 community（社区）。"))
        if area and not community:
            raise _Wrong(_("写了片，没有写社区。请在属性里补上 community（社区）。"))
        if not street:
            return self._alone(community, area)
        key = tuple(name for name in names if name)
        return self.by_names.get(key) or self._unknown(key)

    def _alone(self, community: str, area: str) -> Unit:
        same = self.by_community.get(community, [])
        if len(same) > 1:
            raise _Wrong(_("叫“%(name)s”的社区不止一个。请在属性里补上 street（镇街）。") % {"name": community})
        if not same:
            self._unknown((community,))
        if not area:
            return same[0]
        key = next(names for names, unit in self.by_names.items() if unit.pk == same[0].pk)
        return self.by_names.get((*key, area)) or self._unknown((*key, area))

    def _unknown(self, key: tuple[str, ...]) -> NoReturn:
        name = " ".join(key)
        close = difflib.get_close_matches(name, [" ".join(known) for known in self.by_names], n=1, cutoff=0.6)
        if close:
            values = {"name": name, "close": close[0]}
            raise _Wrong(_("没有找到“%(name)s”，是不是“%(close)s”？请把名称改成和花名册里一样，再上传一次。") % values)
        raise _Wrong(
            _("没有找到“%(name)s”，或者不在您的范围里。请先导入花名册，或者把名称改成和花名册里一样。") % {"name": name}
        )


def _with_streets(paths: Iterable[str]) -> list[str]:
    return [path[: Unit.steplen * 2] for path in paths]


def _geometry(feature: Any) -> dict[str, Any]:
    """A Polygon or MultiPolygon of numbers in their range, every ring closed."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in {"Polygon", "MultiPolygon"}:
        raise _Wrong(_("这里不是一块地方，而是点、线或者空的。请只导出面（Polygon）。"))
    parts = geometry.get("coordinates")
    polygons = [parts] if kind == "Polygon" else parts
    if not isinstance(polygons, list) or not polygons:
        raise _Wrong(_("边界是空的。请在地图软件里补上，再导出一次。"))
    points = 0
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise _Wrong(_("边界是空的。请在地图软件里补上，再导出一次。"))
        for ring in polygon:
            points += _look_at(ring)
            if points > MAX_POINTS:
                raise _Wrong(_("这个边界超过 20,000 个点。请在地图软件里简化一下。"))
    return geometry


def _look_at(ring: Any) -> int:
    """How many points a ring has; raises when it is none."""
    if not isinstance(ring, list) or len(ring) < 4:
        raise _Wrong(_("有一圈不到 4 个点，围不成一块地方。请在地图软件里检查。"))
    if len(ring) > MAX_POINTS:
        return len(ring)
    places = [_point(point) for point in ring]
    if places[0] != places[-1]:
        raise _Wrong(_("边界没有合上：最后一个点应该和第一个点一样。请在地图软件里把它闭合。"))
    if len(set(places)) < 3:
        raise _Wrong(_("有一圈不到 4 个点，围不成一块地方。请在地图软件里检查。"))
    return len(ring)


def _point(point: Any) -> tuple[float, float]:
    if not isinstance(point, list) or not 2 <= len(point) <= 4:
        raise _Wrong(_("坐标读不出来：每个点应该是 [经度, 纬度]。请重新导出。"))
    x, y = point[0], point[1]
    for number in (x, y):
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise _Wrong(_("坐标里有不是数字的内容。请重新导出。"))
    if abs(x) > 180 or abs(y) > 90 or not math.isfinite(x + y):
        east, north = MAINLAND
        if east[0] < y < east[1] and north[0] < x < north[1]:
            raise _Wrong(_("经度和纬度写反了：每个点应该先写经度，再写纬度。请重新导出。"))
        raise _Wrong(_("坐标超出了经纬度的范围，可能是投影坐标（米）。请导出成经纬度，坐标系选 WGS-84 或 CGCS2000。"))
    return float(x), float(y)
