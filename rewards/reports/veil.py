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

    @property
    def told(self) -> str | int:
        """What is written in the table."""
        return _("人少不显示") if self.hidden else self.number


def veil(cells: Iterable[Cell], *, may_overlap: bool = False, is_total_hidden: bool = False) -> None:
    """Hide what belongs to fewer than five people; and with it the next smallest, until two or more are of five people.

    The cells are those that a total is made of, so what is left of it when the shown ones are taken away tells nothing.
    They may be of the same people where they are of several rules or months. What is hidden already stays so. Where the
    total is hidden it cannot be added up either: one of five people is hidden then, too.
    """
    told = sorted((cell for cell in cells if cell.number), key=lambda cell: (not cell.hidden, cell.heads, cell.number))
    together = count = 0
    for cell in told:
        is_safe = together >= FEWEST_PEOPLE and (count > 1 or is_total_hidden)
        if (is_safe or not (count or is_total_hidden)) and cell.heads >= FEWEST_PEOPLE and not cell.hidden:
            break
        cell.hidden, count = True, count + 1
        together = max(together, cell.heads) if may_overlap else together + cell.heads


def rate(kept: int, broken: int) -> str:
    """Kept of a hundred with its n; nothing below ten."""
    n = kept + broken
    return f"{round(100 * kept / n)}%（n={n}）" if n >= FEWEST_CASES else ""
