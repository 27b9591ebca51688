"""Five steps of green, from numbers that a reader can keep in mind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from volunteers.atlas.layers import Layer, Number, Share

STEPS = 5
ROUND = (1, 2, 5)
BOUNDS = (80, 90, 95, 100)
"""Shares are nearly always close to all: the steps lie where the differences are."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Which step a number falls on: 0 is the lightest. `size` is how many numbers a step holds; 0 for shares."""

    size: int

    def step(self, number: Number | None) -> int | None:
        """The step, None where there is no number."""
        if number is None:
            return None
        if isinstance(number, Share):
            return sum(number.percent >= bound for bound in BOUNDS)
        return 0 if number <= 0 else min(STEPS - 1, (number - 1) // max(1, self.size) + 1)

    @property
    def labels(self) -> list[str]:
        """What each step means, for the legend."""
        if not self.size:
            return [_("不到 80%"), "80–90%", "90–95%", _("95% 以上"), "100%"]
        spans = [((step - 1) * self.size + 1, step * self.size) for step in range(1, STEPS)]
        return ["0", *(f"{low}–{high}" if low < high else f"{low}" for low, high in spans)]


def scale_for(layer: Layer, numbers: Iterable[Number | None]) -> Scale:
    """Steps of 1, 2, 5, 10, 20, 50 … such that the largest number lies on the last or before."""
    if layer.is_share:
        return Scale(0)
    most = max((number for number in numbers if isinstance(number, int)), default=0)
    return Scale(_round_up(-(-most // (STEPS - 1))))


def _round_up(number: int) -> int:
    power = 1
    while True:
        for first in ROUND:
            if first * power >= number:
                return first * power
        power *= 10
