"""An adversary with the whole database: every order of voters and of opened ballots that any column or system column
gives, of all voters and of some (who voted on paper, who changed their mind), against every order of what was opened.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

SYSTEM_COLUMNS = ("ctid::text", "xmin::text", "xmax::text", "cmin::text")
FEWEST, SORTS, SIGMAS = 12, 8, 5
UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
Row = dict[str, Any]


def tables() -> dict[str, list[Row]]:
    """Every row of every table with its system columns; a place on the disk as two numbers."""
    found: dict[str, list[Row]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT {", ".join(SYSTEM_COLUMNS)}, * FROM "{table}"')
            names = [one.name for one in cursor.description]
            found[table] = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for rows in found.values():
        for row in rows:
            row["ctid"] = tuple(int(part) for part in row["ctid"].strip("()").split(","))
            row |= {name: int(row[name]) for name in ("xmin", "xmax", "cmin")}
    return found


def _sorted(rows: list[Row], column: str) -> list[Row]:
    """In the order of a column, as far as it has one; rows of the same value as they lie on the disk."""
    return sorted(rows, key=lambda row: (row[column] is None, _key(row[column]), row["ctid"]))


def _key(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value).hex()
    return str(value) if isinstance(value, dict | list | bool) or value is None else value


Choice = tuple[str, str]
"""What is known of a voter anyway (about whom a household was asked; nothing of others), and what nobody may know."""


def choice_of(row: Row) -> Choice:
    """Of an opened ballot or answer."""
    return (row["nomination"].hex, str(row["step"])) if "step" in row else ("", row["choices"])


@dataclass
class Adversary:
    """Knows every name a voter goes by, and which choice each really made, to count how often a guess is right."""

    names: dict[str, dict[Any, int]]
    choices: list[Choice]
    table: str = "ballots_ballot"

    def orders_of_voters(self, found: dict[str, list[Row]]) -> dict[str, list[int]]:
        """By table, the column that names the voter, which rows, and the column that sorts: voters in that order."""
        orders: dict[tuple[int, ...], str] = {}
        for table, rows in found.items():
            for naming, told in self._named(rows) if table != self.table else ():
                for which, some in _parts(told):
                    for column in rows[0]:
                        order = tuple(dict.fromkeys(row["_voter"] for row in _sorted(some, column)))
                        if len(order) >= FEWEST:
                            name = f"{table} {naming}{which} by {column}"
                            orders.setdefault(order, name)
                            orders.setdefault(order[::-1], f"{name} backwards")
        return {name: list(order) for order, name in orders.items()}

    def _named(self, rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
        """Every column that may name voters, with the rows in which it does. A number names somebody in a key only."""
        for naming in rows[0] if rows else ():
            for names in self.names.values():
                named = [(row, names.get(row[naming])) for row in rows if row[naming].__hash__]
                told = [row | {"_voter": voter} for row, voter in named if voter is not None]
                if len(told) >= FEWEST and (naming.endswith("id") or not isinstance(told[0][naming], int)):
                    yield naming, told

    def orders_of_ballots(self, found: dict[str, list[Row]]) -> dict[str, list[Choice]]:
        """What was chosen, in every order that the opened ballots have, and backwards."""
        rows = found[self.table]
        orders: dict[str, list[Choice]] = {}
        for column in rows[0]:
            if column not in {"choices", "nomination", "step"}:
                told = [choice_of(row) for row in _sorted(rows, column)]
                orders |= {column: told, f"{column} backwards": told[::-1]}
        return orders

    def hits(self, voters: list[int], ballots: dict[str, list[str]]) -> tuple[int, int]:
        """How many guesses are right, among voters with an even number and among the others: the first voter made
        the first choice of those that can be theirs, and so on."""
        right, left = [0, 0], {about: iter(some) for about, some in ballots.items()}
        for voter in voters:
            about, choice = self.choices[voter]
            right[voter % 2] += next(left[about], None) == choice
        return right[0], right[1]

    def limits(self, voters: list[int]) -> tuple[float, float]:
        """What guessing reaches less than once in ten thousand times, in each half: the mean and five sigma."""
        counts, sizes = Counter(self.choices), Counter(about for about, _choice in self.choices)
        mean, spread = [0.0, 0.0], [0.0, 0.0]
        for voter in voters:
            chance = counts[self.choices[voter]] / sizes[self.choices[voter][0]]
            mean[voter % 2] += chance
            spread[voter % 2] += chance * (1 - chance)
        told = [mean[half] + SIGMAS * math.sqrt(spread[half]) + 1 for half in (0, 1)]
        return told[0], told[1]

    def links(self, found: dict[str, list[Row]]) -> dict[str, int]:
        """The pairs of orders that link better than guessing in both halves, each with how many guesses are right."""
        links: dict[str, int] = {}
        ballots_by: dict[str, dict[str, list[str]]] = {}
        for name, order in self.orders_of_ballots(found).items():
            ballots_by[name] = defaultdict(list)
            for about, choice in order:
                ballots_by[name][about].append(choice)
        for voters_by, voters in self.orders_of_voters(found).items():
            limits = self.limits(voters)
            for name, ballots in ballots_by.items():
                hits = self.hits(voters, ballots)
                if hits[0] > limits[0] and hits[1] > limits[1]:
                    links[f"{voters_by}; {self.table} by {name}"] = sum(hits)
        return links


def _parts(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """All rows, and those of each sort, where a column of words has a few: the ones on paper, those of one act."""
    yield "", rows
    for column in rows[0] if rows else ():
        if column not in SYSTEM_COLUMNS and isinstance(rows[0][column], str):
            sorts = {row[column] for row in rows}
            for sort in sorts if 1 < len(sorts) <= SORTS else ():
                yield f" ({column} {sort})", [row for row in rows if row[column] == sort]


def uuids_in(text: str) -> set[str]:
    """Every id in a text, however it is written, in hex."""
    return {one.replace("-", "") for one in UUID.findall(text.lower())}


def names_of(voters: Iterable[dict[str, Any]]) -> dict[str, dict[Any, int]]:
    """Every value that stands for a voter anywhere, by what sort of name it is, to the voter's number."""
    names: dict[str, dict[Any, int]] = defaultdict(dict)
    for number, values in enumerate(voters):
        for sort, value in values.items():
            names[sort][value] = number
    return names
