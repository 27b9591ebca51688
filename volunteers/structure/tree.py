"""A part of the tree in memory, on which a change is tried before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Q

from volunteers.units.models import LEVEL_OF_ROLE, LEVELS, THREE_HEADS, Appointment, Level, Unit
from volunteers.units.querysets import under

Key = int | str
"""Id of a unit, or the key of one that a change is to found."""
NAME = Unit._meta.get_field("name").max_length or 60
_NUMBERED = re.compile(r"^(.*?)(\d+)(\D*)$")
ROLE_AT = {level: role for role, level in LEVEL_OF_ROLE.items()}


@dataclass(slots=True)
class Node:
    """One unit. `mark` says what a change does to it: new, ended, moved, renamed, changed."""

    key: Key
    uid: str
    level: Level
    name: str
    parent: Key | None
    households: int | None = None
    path: str = ""
    leaders: int = 0
    mark: str = ""


@dataclass(slots=True)
class Tree:
    """Current units by key, children in the order of their numbers."""

    nodes: dict[Key, Node] = field(default_factory=dict)
    children: dict[Key, list[Key]] = field(default_factory=dict)

    def add(self, node: Node) -> None:
        """Put a unit below its parent, after the others."""
        self.nodes[node.key] = node
        self.children.setdefault(node.key, [])
        if node.parent is not None:
            self.children.setdefault(node.parent, []).append(node.key)

    def place(self, key: Key, parent: Key) -> None:
        """Hang a unit, with all below it, under another one."""
        node = self.nodes[key]
        if node.parent is not None:
            self.children[node.parent].remove(key)
        node.parent = parent
        self.children[parent].append(key)

    def drop(self, key: Key) -> None:
        """Take an emptied unit away."""
        node = self.nodes.pop(key)
        if node.parent is not None:
            self.children[node.parent].remove(key)

    def below(self, key: Key) -> list[Node]:
        """The units right below."""
        return [self.nodes[child] for child in self.children.get(key, ())]

    def walk(self, key: Key) -> Iterator[Node]:
        """The unit and everything below, from the top."""
        yield self.nodes[key]
        for child in list(self.children.get(key, ())):
            yield from self.walk(child)

    def leaves(self, key: Key) -> list[Node]:
        """The lowest units below this one: neighbourhoods, and groups or areas that have none."""
        return [node for node in self.walk(key) if node.key != key and not self.children.get(node.key)]

    def of_uid(self, uid: str) -> Node | None:
        """The unit with this uid, if it is here and current."""
        return next((node for node in self.nodes.values() if node.uid == uid), None)

    def names_below(self, key: Key) -> set[str]:
        """What the units right below are called."""
        return {node.name for node in self.below(key)}


def load_tree(units: Iterable[Unit]) -> Tree:
    """Current units: these with all below them, all above them, and whatever lies beside them or right below those."""
    listed = list(units)
    parents = {unit.path[: -Unit.steplen] for unit in listed if unit.depth > 1}
    near = Q(pk__in=[])
    for path in parents:
        near |= Q(path__startswith=path, depth=len(path) // Unit.steplen + 1)
    above = {path for unit in listed for path in unit.ancestor_paths()}
    wanted = Unit.objects.filter(under(unit.path for unit in listed) | near | Q(path__in=above)).current()
    led = Appointment.objects.active().of_roles(THREE_HEADS).filter(stands_in_for__isnull=True)
    counts = dict(led.filter(unit__in=wanted.order_by().values("pk")).values_list("unit_id").annotate(n=Count("pk")))
    tree, keys = Tree(), {}
    for unit in wanted.order_by("path"):
        keys[unit.path] = unit.pk
        parent = keys.get(unit.path[: -Unit.steplen])
        tree.add(
            Node(
                *(unit.pk, str(unit.uid), Level(unit.level), unit.name, parent, unit.households_declared, unit.path),
                leaders=counts.get(unit.pk, 0),
            )
        )
    return tree


def child_level(level: Level) -> Level | None:
    """The level right below; None below the neighbourhoods."""
    below = LEVELS.index(level) + 1
    return LEVELS[below] if below < len(LEVELS) else None


def free_name(name: str, taken: Iterable[str], hint: str = "") -> str:
    """The name itself where it is free, else the next free number in it, else the name with where it came from."""
    used = set(taken)
    if name not in used:
        return name
    if found := _NUMBERED.match(name):
        head, _number, tail = found.groups()
        alike = (_NUMBERED.match(other) for other in used)
        numbers = [int(one[2]) for one in alike if one and (one[1], one[3]) == (head, tail)]
        return f"{head}{max(numbers) + 1}{tail}"[:NAME]
    count, proposed = 2, f"{name}（{hint}）" if hint else f"{name}（2）"
    while proposed[:NAME] in used:
        count, proposed = count + 1, f"{name}（{count}）"
    return proposed[:NAME]
