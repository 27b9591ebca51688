"""What the map's pages show: units of one level with a figure for every layer, the one in focus, its houses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.actors import Actor
from foundation.errors import Missing
from volunteers.atlas.coordinates import moved, to_gcj02
from volunteers.atlas.layers import Layer, Number, Places, layer_called, layers
from volunteers.atlas.models import Outline
from volunteers.atlas.scale import Scale, scale_for
from volunteers.atlas.tiles import is_shifted
from volunteers.units.models import LEVELS, THREE_HEADS, Appointment, Level, Unit
from volunteers.units.querysets import UnitQuerySet, top_paths, under
from volunteers.units.rights import Right, paths_where, units_where

SHOWN_BELOW = {Level.DISTRICT: Level.COMMUNITY, Level.STREET: Level.COMMUNITY}
"""Which level is shown inside a unit, where it is not simply the next."""
WITH_HOUSES = (Level.COMMUNITY, Level.AREA, Level.GROUP)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one unit in one layer; `words` is how it is shown."""

    layer: Layer
    label: str
    number: Number | None
    words: str
    step: int | None
    url: str

    @property
    def told(self) -> str:
        """With what it counts."""
        return self.layer.told(self.number)

    @property
    def hand(self) -> str:
        """What needs a hand, empty when nothing does."""
        needed = self.layer.needs(self.number)
        return str(self.layer.hand) % {"n": f"{needed:,}"} if needed else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A unit with its figures, in the order of the layers; `chosen` is that of the layer looked at."""

    unit: Unit
    above: str
    figures: list[Figure]
    chosen: Figure
    is_drawn: bool

    @property
    def url(self) -> str:
        """Its own page of the map."""
        return reverse("console_map_unit", args=[self.unit.uid])


@dataclass(frozen=True, slots=True)
class Window:
    """A neighbourhood as a window of a house: lit where there is a leader."""

    unit: Unit
    is_lit: bool
    figure: Figure


@dataclass(slots=True)
class Floor:
    """The neighbourhoods of one group."""

    unit: Unit
    is_led: bool
    windows: list[Window] = field(default_factory=list)


@dataclass(slots=True)
class House:
    """An area, or a group, with its neighbourhoods."""

    unit: Unit
    is_led: bool
    floors: list[Floor] = field(default_factory=list)


@dataclass(slots=True)
class MapPage:
    """Everything that one page of the map shows."""

    layers: list[Layer]
    layer: Layer
    unit: Unit | None
    above: list[Unit]
    scale: Scale
    rows: list[Row]
    focus: Row | None
    houses: list[House]
    is_drawn: bool

    @property
    def legend(self) -> list[tuple[int, str]]:
        """Steps with their labels."""
        return list(enumerate(self.scale.labels))

    @property
    def undrawn(self) -> list[Row]:
        """Units without an outline, beside a map of the others."""
        return [row for row in self.rows if not row.is_drawn]


def mapped(user: Actor) -> UnitQuerySet:
    """Units whose figures the user may see, as they are today."""
    return units_where(user, Right.SEE_ROLLUP).current()


def unit_of(user: Actor, uid: UUID | str | None) -> Unit | None:
    """The unit asked for; without one, the only unit the user looks after, or None when there are several."""
    if uid:
        found = mapped(user).filter(uid=uid).first()
        if found is None:
            raise Missing
        return found
    tops = top_paths(paths_where(user, Right.SEE_ROLLUP))
    return mapped(user).filter(path=tops[0]).first() if len(tops) == 1 else None


def _roots(user: Actor, unit: Unit | None) -> tuple[str, ...]:
    return (unit.path,) if unit else tuple(top_paths(paths_where(user, Right.SEE_ROLLUP)))


def places_in(user: Actor, unit: Unit | None) -> Places:
    """The units shown for a unit: communities down to there, then one level at a time."""
    roots = _roots(user, unit)
    level = Level(unit.level) if unit else Level.STREET
    if level == LEVELS[-1]:
        return Places((), roots)
    shown = SHOWN_BELOW.get(level) or LEVELS[LEVELS.index(level) + 1]
    inside = Places((), roots).inside()
    return Places(tuple(mapped(user).filter(inside).at(shown)), roots)


@dataclass(frozen=True, slots=True)
class Shown:
    """A layer with its numbers; what holds for every unit is made once."""

    layer: Layer
    label: str
    numbers: Mapping[int, Number | None]
    scale: Scale | None

    def figure(self, unit: Unit, lines: str) -> Figure:
        """That of one unit; `lines` is the address of what is behind its figures."""
        number = self.numbers[unit.pk]
        return Figure(
            layer=self.layer,
            label=self.label,
            number=number,
            words=self.layer.words(number),
            step=self.scale.step(number) if self.scale else None,
            url=f"{lines}?layer={self.layer.name}",
        )


def _shown(layer: Layer, places: Places, *, with_scale: bool = True) -> Shown:
    numbers = layer.figures(places)
    scale = scale_for(layer, (numbers[unit.pk] for unit in places.units)) if with_scale else None
    return Shown(layer, str(layer.label), numbers, scale)


def _rows(places: Places, layers_: Sequence[Layer], chosen: Layer) -> tuple[list[Row], Row | None, Scale]:
    """A row for every place, one for the whole, and the steps of the layer looked at."""
    shown = [_shown(layer, places) for layer in layers_]
    scale = next(one.scale for one in shown if one.layer is chosen)
    assert scale
    drawn = set(Outline.objects.filter(unit_id__in=places.keys).values_list("unit_id", flat=True))
    names = _names_above([*places.units, *([places.whole] if places.whole else [])])

    def row(unit: Unit) -> Row:
        lines = reverse("console_map_lines", args=[unit.uid])
        figures = [one.figure(unit, lines) for one in shown]
        here = next(figure for figure in figures if figure.layer is chosen)
        return Row(unit, names.get(unit.path[: -Unit.steplen], ""), figures, here, unit.pk in drawn)

    return [row(unit) for unit in places.units], row(places.whole) if places.whole else None, scale


def _names_above(units: Iterable[Unit]) -> dict[str, str]:
    paths = {unit.path[: -Unit.steplen] for unit in units}
    return dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))


def row_of(unit: Unit, layer_name: str = "", *, only: bool = False) -> Row:
    """One unit with its figures; with only that of the layer, where nothing else is asked for."""
    chosen = layer_called(layer_name)
    (row,), _whole, _scale = _rows(Places((unit,), (unit.path,)), [chosen] if only else layers(), chosen)
    return row


def map_page(user: Actor, unit: Unit | None, *, layer_name: str = "", at: Unit | None = None) -> MapPage:
    """The page of a unit; the number of queries does not depend on how many units are shown."""
    shown, chosen = layers(), layer_called(layer_name)
    rows, whole, scale = _rows(replace(places_in(user, unit), whole=unit), shown, chosen)
    focus = row_of(at, layer_name) if at else whole
    return MapPage(
        layers=shown,
        layer=chosen,
        unit=unit,
        above=list(mapped(user).filter(path__in=unit.ancestor_paths()[:-1])) if unit else [],
        scale=scale,
        rows=rows,
        focus=focus,
        houses=_houses(user, unit, chosen) if unit and unit.level in WITH_HOUSES else [],
        is_drawn=any(row.is_drawn for row in [*rows, *([whole] if whole else [])]),
    )


def _houses(user: Actor, unit: Unit, layer: Layer) -> list[House]:
    """Areas of a community, groups of an area or a group itself, with their neighbourhoods as windows."""
    units = list(mapped(user).under(unit))
    heads = Appointment.objects.active().of_roles(THREE_HEADS).filter(under([unit.path], "unit__path"))
    led = set(heads.values_list("unit_id", flat=True))
    neighbours = tuple(one for one in units if one.level == Level.NEIGHBOURHOOD)
    shown = _shown(layer, Places(neighbours, (unit.path,)), with_scale=False)
    top = Level.AREA if unit.level == Level.COMMUNITY else Level.GROUP
    houses = {one.path: House(one, one.pk in led) for one in units if one.level == top}
    floors: dict[str, Floor] = {}
    for one in units:
        house = houses.get(one.path_at(top))
        if house is None:
            continue
        if one.level == Level.GROUP:
            floors[one.path] = Floor(one, one.pk in led)
            house.floors.append(floors[one.path])
        elif one.level == Level.NEIGHBOURHOOD and one.path[: -Unit.steplen] in floors:
            figure = shown.figure(one, "")
            floors[one.path[: -Unit.steplen]].windows.append(Window(one, one.pk in led, figure))
    return list(houses.values())


def figures_of(user: Actor, unit: Unit | None) -> dict[str, Any]:
    """All layers of all units shown, for the script: numbers as text, steps, what each step means."""
    shown = layers()
    places, _outlines = _drawn(user, unit)
    found: dict[str, Any] = {"layers": {}, "places": []}
    rows: dict[int, dict[str, Any]] = {one.pk: {} for one in places.units}
    for layer in shown:
        numbers = layer.figures(places)
        scale = scale_for(layer, numbers.values())
        found["layers"][layer.name] = {
            "label": str(layer.label),
            "about": str(layer.about),
            "steps": scale.labels,
        }
        for key, number in numbers.items():
            rows[key][layer.name] = [layer.words(number), scale.step(number), layer.told(number)]
    names = _names_above(places.units)
    for one in places.units:
        found["places"].append(
            {
                "uid": str(one.uid),
                "name": one.name,
                "above": names.get(one.path[: -Unit.steplen], ""),
                "url": reverse("console_map_unit", args=[one.uid]),
                "figures": rows[one.pk],
            }
        )
    return found


def _drawn(user: Actor, unit: Unit | None) -> tuple[Places, QuerySet[Outline]]:
    """What the picture shows: the units inside, or the unit itself where only that one has an outline."""
    places, visible = places_in(user, unit), Outline.objects.visible_to(user)
    if unit and not visible.filter(unit__in=places.units).exists() and visible.filter(unit=unit).exists():
        places = Places((unit,), (unit.path,))
    return places, visible.filter(unit__in=places.units)


def outlines_mark(user: Actor, unit: Unit | None) -> str:
    """Changes when any outline does that this user would be sent."""
    _places, found = _drawn(user, unit)
    marks = found.order_by("unit_id").values_list("unit__uid", "imported_at")
    text = f"{is_shifted()} " + " ".join(f"{uid} {at.timestamp()}" for uid, at in marks)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def outlines_of(user: Actor, unit: Unit | None) -> dict[str, Any]:
    """GeoJSON of the units shown, in the system of coordinates of the pictures beneath."""
    features = []
    _places, found = _drawn(user, unit)
    for outline in found.select_related("unit").order_by("unit__path"):
        geometry = moved(outline.geometry, to_gcj02) if is_shifted() else outline.geometry
        features.append({"type": "Feature", "properties": {"uid": str(outline.unit.uid)}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def lines_title(unit: Unit, layer: Layer) -> str:
    """What a page of lines is called."""
    return _("%(unit)s · %(layer)s") % {"unit": unit.name, "layer": layer.label}
