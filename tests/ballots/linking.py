"""An adversary with the whole database: every order of voters and of ballots that any column or system column gives."""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

SYSTEM_COLUMNS = ("ctid::text", "xmin::text", "xmax::text", "cmin::text")
TRIALS = 200
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


@dataclass
class Adversary:
    """Knows every name a voter goes by, and which choice each really made, to count how often a guess is right."""

    names: dict[str, int]
    choices: list[str]

    def orders_of_voters(self, found: dict[str, list[Row]]) -> dict[str, list[int]]:
        """By table, the column that names the voter, and the column that sorts: voters in that order."""
        orders: dict[str, list[Any]] = {}
        for table, rows in found.items():
            if not rows or table == "ballots_ballot":
                continue
            for naming in rows[0]:
                named = [(row, self.names.get(str(_key(row[naming])))) for row in rows]
                known = [row | {"_voter": voter} for row, voter in named if voter is not None]
                if len({row["_voter"] for row in known}) < len(self.choices):
                    continue
                for column in rows[0]:
                    order = list(dict.fromkeys(row["_voter"] for row in _sorted(known, column)))
                    orders[f"{table} {naming} by {column}"] = order
        return orders

    def orders_of_ballots(self, found: dict[str, list[Row]]) -> dict[str, list[str]]:
        """What was chosen, in every order that the opened ballots have, and backwards."""
        rows = found["ballots_ballot"]
        orders: dict[str, list[Any]] = {}
        for column in rows[0]:
            if column != "choices":
                told = [row["choices"] for row in _sorted(rows, column)]
                orders |= {column: told, f"{column} backwards": told[::-1]}
        return orders

    def hits(self, voters: list[int], ballots: list[str]) -> tuple[int, int]:
        """How many guesses are right, among voters with an even number and among the others."""
        right = [0, 0]
        for voter, choice in zip(voters, ballots, strict=True):
            right[voter % 2] += choice == self.choices[voter]
        return right[0], right[1]

    def chance(self, parity: int) -> float:
        """What guessing at random reaches with a probability of about one in a thousand: the mean and three sigma."""
        dice, ballots, scores = random.Random(1), list(self.choices), []
        for _trial in range(TRIALS):
            dice.shuffle(ballots)
            scores.append(self.hits(list(range(len(ballots))), ballots)[parity])
        return statistics.mean(scores) + 3 * statistics.stdev(scores)

    def best(self, found: dict[str, list[Row]]) -> tuple[str, tuple[int, int]]:
        """The pair of orders that fits best for one half of the voters; what it is worth shows in the other half."""
        best, score = "", (-1, -1)
        for voters_by, voters in self.orders_of_voters(found).items():
            for ballots_by, ballots in self.orders_of_ballots(found).items():
                if (hits := self.hits(voters, ballots)) > score:
                    best, score = f"{voters_by}; ballots by {ballots_by}", hits
        return best, score

    def links(self, found: dict[str, list[Row]]) -> str:
        """The orders that link voters to ballots better than chance, in both halves; empty when none does."""
        best, score = self.best(found)
        return best if all(score[half] > self.chance(half) for half in (0, 1)) else ""


def names_of(voters: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Every value that stands for a voter anywhere, to the voter's number."""
    names: dict[str, set[int]] = defaultdict(set)
    for number, values in enumerate(voters):
        for value in values.values():
            names[str(value)].add(number)
    return {name: numbers.pop() for name, numbers in names.items() if len(numbers) == 1}
