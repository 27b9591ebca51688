"""Small numbers are hidden where a person could be recognised by them, and so that they cannot be worked out either."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

FEWEST_PEOPLE = 5
FEWEST_CASES = 10
"""Below so many a rate would say nothing."""


@dataclass(slots=True)
class Cell:
    """A number, and of how many people it is. `hidden` is shown as a word instead."""

    number: int = 0
    heads: int = 0
    hidden: bool = False

    def add(self, number: int, heads: int) -> None:
        """Add up; people of two places are two."""
        self.number += number
        self.heads += heads

    @property
    def told(self) -> str | int:
        """What is written in the table."""
        return _("人少不显示") if self.hidden else self.number


def veil(cells: Iterable[Cell]) -> None:
    """Hide what belongs to fewer than five people; and with it the next smallest, until the hidden ones are five.

    The cells are those that a total is made of, so what is left of it when the shown ones are taken away tells nothing.
    """
    told = sorted((cell for cell in cells if cell.number), key=lambda cell: cell.heads)
    heads = 0
    for cell in told:
        if cell.heads >= FEWEST_PEOPLE and not 0 < heads < FEWEST_PEOPLE:
            break
        cell.hidden = True
        heads += cell.heads


def rate(kept: int, broken: int) -> str:
    """Kept of a hundred with its n; nothing below ten."""
    n = kept + broken
    return f"{round(100 * kept / n)}%（n={n}）" if n >= FEWEST_CASES else ""
