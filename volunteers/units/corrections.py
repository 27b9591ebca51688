"""Who wants to know before staff correct a unit by hand: a registry that the apps above fill in their `ready()`.

    @before_correction
    def note(unit, changed) -> None: ...

The unit is locked and still as it was; `changed` names its fields that are about to change. Same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from volunteers.units.models import Unit

Note = Callable[["Unit", frozenset[str]], None]
_notes: list[Note] = []


def before_correction(function: Note) -> Note:
    """Register a function."""
    if function not in _notes:
        _notes.append(function)
    return function


def about_to_change(unit: Unit, changed: frozenset[str]) -> None:
    """Tell everybody who asked."""
    for note in _notes:
        note(unit, changed)
