"""From the plan of a change to the steps it takes: pure, on a tree in memory, the same for the picture and the deed.

Rule 2 of `domain.md`: a neighbourhood lies in a group, that in an area, that in a community, on every date.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from foundation.errors import Invalid
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.tree import NAME, Key, Node, Tree, free_name, load_tree
from volunteers.units.models import LEVELS, Level, Unit

MOVABLE = (Level.COMMUNITY, Level.AREA, Level.GROUP, Level.NEIGHBOURHOOD)
MOST_SIDES = 5


class Misfit(Invalid):
    """The plan does not fit the tree as it is now (422); the message says what does not."""


@dataclass(frozen=True, slots=True)
class Found:
    """A unit to be founded below a parent, taken from another one."""

    key: str
    level: Level
    name: str
    parent: Key
    like: int
    households: int | None = None


@dataclass(slots=True)
class Steps:
    """What a change does, in the order in which it is done: found, place, rename, count, end."""

    found: list[Found] = field(default_factory=list)
    place: list[tuple[int, Key]] = field(default_factory=list)
    rename: dict[int, str] = field(default_factory=dict)
    households: dict[Key, int | None] = field(default_factory=dict)
    end: dict[int, Key] = field(default_factory=dict)
    sides: dict[int, int] = field(default_factory=dict)
    subjects: list[int] = field(default_factory=list)
    points: list[int] = field(default_factory=list)

    def key_of_side(self, side: int, unit_id: int) -> Key:
        """What a side of a split became: the unit itself, or the one founded for it."""
        return unit_id if side == 0 else str(side)


def clean_name(text: object) -> str:
    """A name as it will be stored. Raises Misfit when there is none, or it is too long."""
    name = " ".join(str(text or "").split())
    if not name:
        raise Misfit(_("请写上新的名称。"), errors={"name": _("请写上新的名称。")})
    if len(name) > NAME:
        raise Misfit(_("名称太长了。"), errors={"name": _("最多 %(n)d 个字。") % {"n": NAME}})
    return name


def _node(tree: Tree, uid: object) -> Node:
    node = tree.of_uid(str(uid))
    if node is None:
        raise Misfit(_("方案里有一个单位已经撤销或不在这里了，请重新起草。"))
    return node


def _movable(node: Node) -> None:
    if node.level not in MOVABLE or node.parent is None:
        raise Misfit(_("只有社区、片、组、邻可以这样调整。"))


def _rename(change: StructureChange, tree: Tree) -> Steps:
    node = _node(tree, change.unit.uid)
    name = clean_name(change.plan.get("name"))
    if name == node.name:
        raise Misfit(_("新名称和现在的一样。"), errors={"name": _("和现在的一样。")})
    if node.parent is not None and name in tree.names_below(node.parent):
        raise Misfit(_("旁边已经有一个“%(name)s”了。") % {"name": name}, errors={"name": _("已经有这个名称了。")})
    return Steps(rename={node.key: name}, points=[node.key])  # type: ignore[dict-item,list-item]


def _move(change: StructureChange, tree: Tree) -> Steps:
    target = _node(tree, change.plan.get("to"))
    nodes = [_node(tree, uid) for uid in change.plan.get("units") or []]
    if not nodes:
        raise Misfit(_("请选要划转的单位。"), errors={"units": _("至少选一个。")})
    steps, taken = Steps(points=[int(target.key)]), tree.names_below(target.key)
    for node in nodes:
        _movable(node)
        if node.parent == target.key or LEVELS.index(target.level) + 1 != LEVELS.index(node.level):
            message = _("“%(name)s”不能划到那里：请选另一个同级的上级单位。") % {"name": node.name}
            raise Misfit(message, errors={"to": message})
        _settle(steps, node, target.key, taken, tree)
        steps.subjects.append(int(node.key))
        steps.points.append(int(node.parent or 0))
    return steps


def _settle(steps: Steps, node: Node, parent: Key, taken: set[str], tree: Tree) -> None:
    """Place a unit under another parent, under a name that is free there."""
    hint = tree.nodes[node.parent].name if node.parent is not None else ""
    name = free_name(node.name, taken, hint)
    if name != node.name:
        steps.rename[int(node.key)] = name
    taken.add(name)
    steps.place.append((int(node.key), parent))


def _sides(change: StructureChange, tree: Tree, node: Node) -> list[str]:
    sides = change.plan.get("sides") or []
    if not 1 <= len(sides) <= MOST_SIDES:
        raise Misfit(_("请写上新单位的名称。"), errors={"sides": _("一次可以拆出 1 到 %(n)d 个。") % {"n": MOST_SIDES}})
    names = [clean_name(side.get("name")) for side in sides]
    taken = tree.names_below(node.parent) if node.parent is not None else set()
    for name in names:
        if name in taken or names.count(name) > 1:
            raise Misfit(_("旁边已经有一个“%(name)s”了。") % {"name": name}, errors={"sides": _("已经有这个名称了。")})
    return names


def _split(change: StructureChange, tree: Tree) -> Steps:
    node = _node(tree, change.unit.uid)
    _movable(node)
    names = _sides(change, tree, node)
    steps = Steps(subjects=[int(node.key)])
    homes: dict[int, Key] = {0: node.key}
    for number, name in enumerate(names, start=1):
        homes[number] = str(number)
        steps.found.append(Found(str(number), node.level, name, node.parent or 0, int(node.key)))
    if node.level == Level.NEIGHBOURHOOD:
        _share_households(change, node, steps)
        return steps
    steps.sides = _members(change, tree, node, len(names))
    for child in tree.below(node.key):
        _part(child, homes, tree, steps, at=0)
    return steps


def _members(change: StructureChange, tree: Tree, node: Node, count: int) -> dict[int, int]:
    """The side of every lowest unit; each side has one at least, and none is forgotten."""
    given = change.plan.get("members") or {}
    sides: dict[int, int] = {}
    for leaf in tree.leaves(node.key):
        side = given.get(leaf.uid)
        if not isinstance(side, int) or not 0 <= side <= count:
            message = _("“%(name)s”还没有分到哪一边。") % {"name": leaf.name}
            raise Misfit(message, errors={"members": message})
        sides[int(leaf.key)] = side
    if set(sides.values()) != set(range(count + 1)):
        message = _("每一边至少要有一个下级单位。")
        raise Misfit(message, errors={"members": message})
    return sides


def _part(node: Node, homes: dict[int, Key], tree: Tree, steps: Steps, *, at: int) -> None:
    """Put a unit on the side of what lies below it; what is on several sides gets a counterpart on the others."""
    lowest = tree.leaves(node.key) or [node]
    sides = sorted({steps.sides[int(leaf.key)] for leaf in lowest})
    own = sides[0]
    if own != at:
        steps.place.append((int(node.key), homes[own]))
    if len(sides) == 1:
        return
    inner: dict[int, Key] = {own: node.key}
    for side in sides[1:]:
        inner[side] = key = f"{side}:{node.uid}"
        steps.found.append(Found(key, node.level, node.name, homes[side], int(node.key)))
    for child in tree.below(node.key):
        _part(child, inner, tree, steps, at=own)


def _share_households(change: StructureChange, node: Node, steps: Steps) -> None:
    """A neighbourhood gives away some of its declared households."""
    if node.households is None:
        return
    left = node.households
    for number, side in enumerate(change.plan["sides"], start=1):
        share = side.get("households")
        if not isinstance(share, int) or share < 0 or share > left:
            message = _("户数要在 0 到 %(n)d 之间。") % {"n": left}
            raise Misfit(message, errors={"sides": message})
        left -= share
        steps.households[str(number)] = share
    steps.households[node.key] = left


def _merge(change: StructureChange, tree: Tree) -> Steps:
    nodes = [_node(tree, uid) for uid in dict.fromkeys(change.plan.get("units") or [])]
    if len(nodes) < 2:
        raise Misfit(_("请至少选两个要合并的单位。"), errors={"units": _("至少选两个。")})
    for node in nodes:
        _movable(node)
        if (node.level, node.parent) != (nodes[0].level, nodes[0].parent):
            message = _("只能合并同一个上级下面的单位；不在一起的请先划转。")
            raise Misfit(message, errors={"units": message})
    steps = Steps(subjects=[int(node.key) for node in nodes])
    target = _merged_into(change, tree, nodes, steps)
    taken = tree.names_below(target)
    for node in nodes:
        if node.key == target:
            continue
        for child in tree.below(node.key):
            _settle(steps, child, target, taken, tree)
        steps.end[int(node.key)] = target
    if nodes[0].level == Level.NEIGHBOURHOOD and any(node.households is not None for node in nodes):
        steps.households[target] = sum(node.households or 0 for node in nodes)
    return steps


def _merged_into(change: StructureChange, tree: Tree, nodes: list[Node], steps: Steps) -> Key:
    if uid := change.plan.get("into"):
        into = _node(tree, uid)
        if into not in nodes:
            raise Misfit(_("请从这几个单位里选一个保留。"), errors={"into": _("请选其中一个。")})
        return into.key
    first = nodes[0]
    name, parent = clean_name(change.plan.get("name")), first.parent or 0
    if name in tree.names_below(parent):  # a merged one keeps its name in the records, so the new one needs its own
        message = _("旁边已经有一个“%(name)s”了。") % {"name": name}
        raise Misfit(message, errors={"name": message})
    steps.found.append(Found("new", first.level, name, parent, int(first.key)))
    return "new"


_PLANNERS: dict[str, Callable[[StructureChange, Tree], Steps]] = {
    Kind.RENAME: _rename,
    Kind.MOVE: _move,
    Kind.SPLIT: _split,
    Kind.MERGE: _merge,
}


def units_named(kind: str, unit: Unit, plan: dict[str, Any]) -> list[Unit]:
    """The current units that a plan is about, the subject first; unknown ones are left out, the planner says so."""
    uids = [str(uid) for uid in plan.get("units") or []] if kind in {Kind.MOVE, Kind.MERGE} else []
    found = {str(one.uid): one for one in Unit.objects.filter(uid__in=_uuids(uids)).current()}
    named = [found[uid] for uid in uids if uid in found]
    if kind == Kind.MOVE and (to := Unit.objects.filter(uid__in=_uuids([plan.get("to")])).current().first()):
        named.append(to)
    return [unit, *(one for one in named if one.pk != unit.pk)]


def _uuids(texts: list[Any]) -> list[uuid.UUID]:
    """Those that are uids; a form may send anything."""
    good = []
    for text in texts:
        with contextlib.suppress(ValueError):
            good.append(uuid.UUID(str(text)))
    return good


def tree_of(change: StructureChange) -> Tree:
    """The part of the tree that a change is about, as it is now."""
    unit = Unit.objects.get(pk=change.unit_id)
    change.unit = unit
    return load_tree(units_named(change.kind, unit, change.plan))


def steps_of(change: StructureChange, tree: Tree | None = None) -> Steps:
    """What a change would do to the tree as it is now. Raises Misfit when it cannot."""
    return _PLANNERS[change.kind](change, tree or tree_of(change))


def scope_of(kind: str, unit: Unit, plan: dict[str, Any]) -> Unit:
    """The lowest unit that contains everything a plan touches: whoever drafts or approves has the right there."""
    if kind == Kind.RENAME:
        return unit
    named = units_named(kind, unit, plan)
    paths = [one.path[: -Unit.steplen] or one.path for one in named]
    if kind == Kind.MOVE and len(named) > 1:
        paths[-1] = named[-1].path  # the new parent itself
    common = paths[0]
    while not all(path.startswith(common) for path in paths):
        common = common[: -Unit.steplen]
    return Unit.objects.get(path=common)
