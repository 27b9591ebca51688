"""Before and after: the part of the tree that a change touches, twice, with its numbers. Units only, no persons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import Steps, steps_of, tree_of
from volunteers.structure.tree import ROLE_AT, Key, Node, Tree
from volunteers.units.models import LEVELS, Level

Picture = dict[str, Any]
Box = dict[str, Any]


def picture_of(change: StructureChange, tree: Tree | None = None) -> Picture:
    """`before` and `after`, each a list of boxes in boxes. Raises Misfit when the plan cannot be done."""
    now = tree or tree_of(change)
    steps = steps_of(change, now)
    then = after(now, steps, change)
    touched = _touched(now, steps)
    marks = {key: then.nodes[key].mark for key in now.nodes if key in then.nodes}
    for key, node in now.nodes.items():
        node.mark = "ended" if key in steps.end else marks.get(key, "")
    later = {*touched, *(one.key for one in steps.found)}
    deep = change.kind != Kind.RENAME
    return {"before": _boxes(now, touched, deep=deep), "after": _boxes(then, later, deep=deep)}


def after(tree: Tree, steps: Steps, change: StructureChange) -> Tree:
    """The tree as it will be; the given one is left as it is."""
    then = Tree(
        {key: replace(node) for key, node in tree.nodes.items()}, {k: list(v) for k, v in tree.children.items()}
    )
    named = change.plan.get("leaders") or {}
    for one in steps.found:
        leaders = int(bool(named.get(one.key)))
        then.add(Node(one.key, "", one.level, one.name, one.parent, leaders=leaders, mark="new"))
    for key, parent in steps.place:
        then.place(key, parent)
        then.nodes[key].mark = "moved"
    for unit_id, name in steps.rename.items():
        then.nodes[unit_id].name = name
        then.nodes[unit_id].mark = then.nodes[unit_id].mark or "renamed"
    for counted, households in steps.households.items():
        then.nodes[counted].households = households
        then.nodes[counted].mark = then.nodes[counted].mark or "changed"
    for ended in steps.end:
        then.drop(ended)
    return then


def _touched(tree: Tree, steps: Steps) -> set[Key]:
    """The roots to draw: what the change is about, and the parents that lose or gain."""
    keys: set[Key] = {*steps.subjects, *steps.points, *steps.rename}
    keys |= {parent for _key, parent in steps.place if parent in tree.nodes}
    return {key for key in keys if key in tree.nodes}


def _boxes(tree: Tree, touched: set[Key], *, deep: bool) -> list[Box]:
    """The touched units, each inside its lowest common frame: names above them are given, siblings are not drawn."""
    present = {key for key in touched if key in tree.nodes}
    framed: dict[Key | None, list[Key]] = {}
    for key in present:
        if not _has_above(tree, key, present):
            framed.setdefault(tree.nodes[key].parent, []).append(key)
    boxes = []
    for parent, keys in framed.items():
        order = tree.children.get(parent, keys) if parent is not None else keys
        inner = [_box(tree, key, deep=deep) for key in order if key in keys]
        if parent is None or parent not in tree.nodes:
            boxes += inner
        else:
            frame = tree.nodes[parent]
            boxes.append({"name": frame.name, "level": frame.level.value, "frame": True, "children": inner})
    return boxes


def _has_above(tree: Tree, key: Key, keys: set[Key]) -> bool:
    above = tree.nodes[key].parent
    while above is not None and above in tree.nodes:
        if above in keys:
            return True
        above = tree.nodes[above].parent
    return False


def _box(tree: Tree, key: Key, *, deep: bool = True) -> Box:
    node = tree.nodes[key]
    numbers = numbers_of(tree, key)
    children = [_box(tree, child.key) for child in tree.below(key)] if deep else []
    return {"name": node.name, "level": node.level.value, "mark": node.mark, **numbers, "children": children}


def numbers_of(tree: Tree, key: Key) -> dict[str, int]:
    """Neighbourhoods, declared households, and leaders in post at and below a unit, with the posts there are."""
    nodes = list(tree.walk(key))
    homes = [node for node in nodes if node.level == Level.NEIGHBOURHOOD]
    posts = [
        node for node in nodes if node.level in ROLE_AT and LEVELS.index(node.level) > LEVELS.index(Level.COMMUNITY)
    ]
    return {
        "neighbourhoods": len(homes),
        "households": sum(node.households or 0 for node in homes),
        "leaders": sum(min(node.leaders, 1) for node in posts),
        "posts": len(posts),
    }
