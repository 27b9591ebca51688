"""What a structure change touches beyond the tree: a registry that the apps above fill in their `ready()`.

    @touches.contributor("buildings", sides=buildings_of, apply=move_buildings)
    def buildings_touched(change: StructureChange) -> list[Touch]: ...

A contributor says what it is about to touch (shown in the draft), may name things that the draft of a split has to
put on a side (shown as a question, kept in `change.plan[name]` as {uid: side}), may hold up the approval by a touch
that blocks, and may set its own rows right when the change enters into force, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    import datetime as dt

    from volunteers.structure.models import StructureChange


@dataclass(frozen=True, slots=True)
class Touch:
    """One line of the draft: "2 栋楼还没有分到哪一边". One that blocks must be settled before the approval."""

    kind: str
    text: str
    count: int = 0
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Sided:
    """A thing that a split has to put on a side: 0 stays, 1 and up are the new units. `guess` is ticked at first."""

    uid: str
    label: str
    guess: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The root of a subtree that moved as a whole; the units below kept their place under it."""

    unit_id: int
    old_path: str
    new_path: str


@dataclass(slots=True)
class Moved:
    """What a change did to the tree, for `apply`. All days: from `day` on.

    `founded` maps a new unit to the one it was taken from (the split one), `ended` a merged unit to the one that goes
    on in its place; `sides` every lowest unit of a split to its side, and `units` the sides to the units they became.
    """

    day: dt.date
    placed: list[Placed] = field(default_factory=list)
    founded: dict[int, int] = field(default_factory=dict)
    ended: dict[int, int] = field(default_factory=dict)
    sides: dict[int, int] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=dict)


Says = Callable[["StructureChange"], list[Touch]]
Sides = Callable[["StructureChange"], list[Sided]]
Apply = Callable[["StructureChange", Moved], None]


@dataclass(frozen=True, slots=True)
class Contributor:
    """What one app has to say and to do about a change."""

    name: str
    touches: Says
    label: str | Promise = ""
    sides: Sides | None = None
    apply: Apply | None = None


_contributors: dict[str, Contributor] = {}


def contributor(
    name: str, *, label: str | Promise = "", sides: Sides | None = None, apply: Apply | None = None
) -> Callable[[Says], Says]:
    """Register what an app says about a change; `label` heads the question of its sides."""

    def register(function: Says) -> Says:
        made = Contributor(name, function, label, sides, apply)
        if _contributors.setdefault(name, made).touches is not function:
            raise RuntimeError(f"two contributors of touches are called {name}")
        return function

    return register


def contributors() -> list[Contributor]:
    """All of them, by name."""
    return [_contributors[name] for name in sorted(_contributors)]


def touched_by(change: StructureChange) -> list[Touch]:
    """Everything a change touches, those that block first."""
    found = [touch for one in contributors() for touch in one.touches(change)]
    return sorted(found, key=lambda touch: not touch.blocks)


def questions_of(change: StructureChange) -> list[tuple[Contributor, list[Sided]]]:
    """What the draft of a split has to put on sides, besides the units; nothing for other kinds."""
    if change.kind != "split":
        return []
    asked = [(one, one.sides(change)) for one in contributors() if one.sides is not None]
    return [(one, things) for one, things in asked if things]


def apply_all(change: StructureChange, moved: Moved) -> None:
    """Let every app set its rows right, in the transaction of the change."""
    for one in contributors():
        if one.apply is not None:
            one.apply(change, moved)
