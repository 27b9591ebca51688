"""Numbers by place, rule and month, and which of them are hidden: the same on every page on which one can be read.

A place's page hides what the page above hides of it. In each list, where one is hidden or the number to which it adds
up is, the hidden ones are of at least five people and cannot be worked out, on one page or on several.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rewards.reports.veil import FEWEST_PEOPLE, Cell, veil


class Node(NamedTuple):
    """A number: None stands for all of them together."""

    flow: Hashable
    place: int | None = None
    rule: Hashable = None
    month: dt.date | None = None

    def lists(self) -> Iterator[tuple[str, Node]]:
        """The lists in which it stands: by what, and the number to which the list adds up."""
        for name in ("place", "rule", "month"):
            if getattr(self, name) is not None:
                yield name, self._replace(**{name: None})


@dataclass(slots=True)
class Heads:
    """Of how many people a number is, at the least: those of places of one depth in one month are different people."""

    known: dict[tuple[dt.date, int], dict[int | None, int]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, unit_id: int | None, depth: int, month: dt.date, heads: int) -> None:
        """What is known of one place and month; for another rule or provider it may be of the same people."""
        places = self.known[month, depth]
        places[unit_id] = max(places.get(unit_id, 0), heads)

    @property
    def fewest(self) -> int:
        """As many as in its largest month."""
        return max((sum(places.values()) for places in self.known.values()), default=0)


@dataclass(slots=True)
class Cube:
    """The numbers of one place and of those right below; `own` is the row of what belongs to none of them."""

    own: int
    up: Cube | None = None
    numbers: dict[Node, int] = field(default_factory=lambda: defaultdict(int))
    heads: dict[Node, Heads] = field(default_factory=lambda: defaultdict(Heads))
    _cells: dict[Node, Cell] = field(default_factory=dict)

    def add(self, node: Node, number: int, heads: int, *, unit_id: int | None, depth: int, on: dt.date) -> None:
        """Add to a number and to all that it is a part of."""
        for place in {node.place, None}:
            for rule in {node.rule, None}:
                for month in {node.month, None}:
                    part = Node(node.flow, place, rule, month)
                    self.numbers[part] += number
                    self.heads[part].add(unit_id, depth, on, heads)

    def cell(
        self, flow: Hashable, place: int | None = None, rule: Hashable = None, month: dt.date | None = None
    ) -> Cell:
        """A number, hidden where it must be."""
        if not self._cells:
            self._close()
        return self._cells.get(Node(flow, place, rule, month), Cell())

    def rules(self, flow: Hashable) -> list[Any]:
        """What its numbers are by: rules, benefits or providers."""
        return [one.rule for one in self.numbers if one == Node(flow, rule=one.rule) and one.rule is not None]

    def _close(self) -> None:
        """Hide until nothing more has to be, list by list: what one hides may be all that another one told."""
        cells = {node: Cell(number, self.heads[node].fewest) for node, number in self.numbers.items()}
        lists: dict[tuple[str, Node], list[Node]] = defaultdict(list)
        for node, cell in sorted(cells.items(), key=str):
            cell.hidden = cell.heads < FEWEST_PEOPLE or self._is_hidden_above(node)
            if node.place is not None or self.up is None:
                for one in node.lists():
                    lists[one].append(node)
        self._cells = cells
        while any(self._veil(name, total, nodes) for (name, total), nodes in lists.items()):
            pass

    def _is_hidden_above(self, node: Node) -> bool:
        if node.place is not None or self.up is None:
            return False
        return self.up.cell(node.flow, self.own, node.rule, node.month).hidden

    def _veil(self, name: str, total: Node, nodes: list[Node]) -> bool:
        """Whether one more had to be hidden in a list."""
        cells = [self._cells[node] for node in nodes]
        before = sum(cell.hidden for cell in cells)
        may_overlap = name != "place" or any(node.place == self.own for node in nodes)
        veil(cells, may_overlap=may_overlap, is_total_hidden=self._cells[total].hidden)
        return sum(cell.hidden for cell in cells) > before
