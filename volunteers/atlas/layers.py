"""What the map can be coloured by. Each layer gives a number for every unit shown, and the lines behind it.

The registry is here; whoever knows the numbers registers in `ready()`: this app its own (`own_layers.py`), tasks
theirs, and so on. A layer asks a fixed number of queries however many units are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Substr
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation.actors import Actor
from volunteers.units.models import Unit
from volunteers.units.querysets import under

Text = str | Promise
MOST_LINES = 500


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float:
        """In hundredths, rounded down to a tenth, so that 100 means all of them."""
        return self.part * 1000 // self.whole / 10 if self.whole else 0.0

    @property
    def missing(self) -> int:
        """How many are left."""
        return self.whole - self.part


Number = int | Share


@dataclass(frozen=True)
class Places:
    """Units of one level that are shown together, the paths of those that enclose them, and the whole, if it counts."""

    units: tuple[Unit, ...]
    roots: tuple[str, ...]
    whole: Unit | None = None

    @cached_property
    def width(self) -> int:
        """Length of their paths."""
        one = self.units[0] if self.units else self.whole
        return len(one.path) if one else Unit.steplen

    @cached_property
    def ids(self) -> dict[str, int]:
        """Keys by path."""
        return {unit.path: unit.pk for unit in self.units}

    def inside(self, field: str = "path") -> Q:
        """Condition: the path in `field` lies in one of the enclosing units."""
        return under(self.roots, field)

    def place(self, field: str = "path") -> Combinable:
        """Expression to group by: the first part of the path in `field`, which names the place."""
        return Substr(F(field), 1, self.width)

    def fold(self, pairs: Iterable[tuple[str, int]]) -> dict[int, int]:
        """Add up numbers of paths, at or below the places, by key of the place; and of the whole."""
        sums: dict[int, int] = {}
        for path, number in pairs:
            for key in (self.ids.get(path[: self.width]), self._whole_of(path)):
                if key is not None and number:
                    sums[key] = sums.get(key, 0) + number
        return sums

    def _whole_of(self, path: str) -> int | None:
        return self.whole.pk if self.whole and path.startswith(self.whole.path) else None

    @property
    def keys(self) -> list[int]:
        """Of the units, and of the whole."""
        return [*(unit.pk for unit in self.units), *([self.whole.pk] if self.whole else [])]


@dataclass(frozen=True, slots=True)
class Line:
    """One line behind a figure: what, where, how many, and where it leads."""

    text: str
    detail: str = ""
    number: str = ""
    url: str = ""


@dataclass(frozen=True, eq=False)
class Layer:
    """One way to colour the map. `hand` says what needs a hand, with %(n)s; `url` is a fuller list elsewhere, or ""."""

    name: str
    label: Text
    about: Text
    counted: Text
    hand: Text
    numbers: Callable[[Places], Mapping[int, Number]]
    lines: Callable[[Unit, Actor], Iterable[Line]]
    url: Callable[[Unit], str] = field(default=lambda unit: "")
    is_share: bool = False
    order: int = 100

    def figures(self, places: Places) -> dict[int, Number | None]:
        """A number for each place and the whole. Where nothing is counted it is 0; a share of nothing is None."""
        found = self.numbers(places) if places.keys else {}
        return {key: self._known(found.get(key)) for key in places.keys}

    def _known(self, number: Number | None) -> Number | None:
        if isinstance(number, Share):
            return number if number.whole else None
        return number if number is not None or self.is_share else 0

    def needs(self, number: Number | None) -> int:
        """How many of them need a hand."""
        if isinstance(number, Share):
            return number.missing
        return number or 0

    def words(self, number: Number | None) -> str:
        """The number as it is shown."""
        if number is None:
            return _("没有数据")
        return f"{number.percent:g}%" if isinstance(number, Share) else f"{number:,}"

    def told(self, number: Number | None) -> str:
        """The number with what it counts, for those who hear it or point at it."""
        if isinstance(number, Share):
            values = {"part": number.part, "whole": number.whole, "counted": self.counted}
            return _("%(whole)d %(counted)s里的 %(part)d %(counted)s") % values
        return self.words(number) if number is None else f"{number:,} {self.counted}"


_layers: dict[str, Layer] = {}


def register(layer: Layer) -> Layer:
    """Add a layer to the map; two of one name are a mistake."""
    if layer.name in _layers and _layers[layer.name] is not layer:
        raise RuntimeError(f"two layers are called {layer.name}")
    _layers[layer.name] = layer
    return layer


def layers() -> list[Layer]:
    """All of them, in the order of their tabs."""
    return sorted(_layers.values(), key=lambda layer: (layer.order, layer.name))


def layer_called(name: str) -> Layer:
    """The layer of that name, else the first."""
    return _layers.get(name) or layers()[0]
