"""统计月报: what a unit and those right below it had on the last day of a month, and what happened in it.

Counted from dated rows only, by the units that lay there on that day, so that a month that is over keeps its numbers.
No persons, no order but that of the tree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation import clock
from volunteers.structure.months import Figure, Month, figures
from volunteers.structure.selectors import as_of, name_on, path_on, unit_ids_under, units_under
from volunteers.units.models import LEVEL_OF_ROLE, THREE_HEADS, Appointment, Level, Unit
from volunteers.units.querysets import UnitQuerySet

STEP = Unit.steplen
POSTS = {LEVEL_OF_ROLE[role].value for role in THREE_HEADS}


@dataclass(slots=True)
class MonthRow:
    """One unit; `is_over` when it ended within the month. Posts are those of the three heads."""

    name: str
    uid: str = ""
    level: str = ""
    is_over: bool = False
    neighbourhoods: int = 0
    households: int = 0
    leaders: int = 0
    vacancies: int = 0
    facts: dict[str, int] = field(default_factory=dict)

    def add(self, other: MonthRow) -> None:
        """Add up."""
        self.neighbourhoods += other.neighbourhoods
        self.households += other.households
        self.leaders += other.leaders
        self.vacancies += other.vacancies
        for name, count in other.facts.items():
            self.facts[name] = self.facts.get(name, 0) + count

    def values(self, columns: Iterable[Figure]) -> list[int]:
        """The numbers in the order of the columns."""
        own = [self.neighbourhoods, self.leaders, self.vacancies, self.households]
        return own + [self.facts.get(column.name, 0) for column in columns]

    @property
    def has_numbers(self) -> bool:
        """Whether there is anything to say."""
        return any(self.values(())) or any(self.facts.values())


@dataclass(slots=True)
class MonthReport:
    """The whole page. `day` is the last of the month, or today while it runs."""

    unit: Unit
    name: str
    month: Month
    day: dt.date
    columns: list[Figure]
    rows: list[MonthRow]
    total: MonthRow

    @property
    def labels(self) -> list[str | Promise]:
        """Headings of the numbers."""
        own = [_("邻"), _("在岗三长"), _("空缺"), _("登记户数")]
        return [*own, *(column.label for column in self.columns)]

    @property
    def table(self) -> list[tuple[MonthRow, list[int]]]:
        """Rows with their numbers."""
        return [(row, row.values(self.columns)) for row in self.rows]

    @property
    def sum(self) -> list[int]:
        """The numbers of the whole unit."""
        return self.total.values(self.columns)


def month_of(unit: Unit, month: Month) -> MonthReport:
    """The report of a unit; a fixed number of queries."""
    day = min(month.last, clock.today())
    width, columns = len(path_on(unit, day)) + STEP, figures()
    rows = _empty_rows(unit, month, day)
    own = rows.setdefault(path_on(unit, day), MonthRow(name_on(unit, day), str(unit.uid), unit.level))
    in_post, row_of = _in_post(unit, day), dict[int, MonthRow]()
    there = units_under(unit, on=day)
    for pk, level, path, households in _then(there, day):
        row = row_of[pk] = rows.get(path[:width], own)
        if level == Level.NEIGHBOURHOOD:
            row.neighbourhoods += 1
            row.households += households or 0
        if level in POSTS:
            row.leaders += pk in in_post
            row.vacancies += pk not in in_post
    ended = units_under(unit, on=day, since=month.first).filter(ends_on__lt=day)
    row_of |= {pk: rows.get(path[:width], own) for pk, _level, path, _households in _then(ended, day)}
    ids = unit_ids_under(unit, on=day, since=month.first)
    for column in columns:
        for pk, count in column.count(ids, month).items():
            facts = row_of.get(pk, own).facts
            facts[column.name] = facts.get(column.name, 0) + count
    total = MonthRow(own.name)
    for row in rows.values():
        total.add(row)
    shown = [row for row in rows.values() if (row.uid != str(unit.uid) and not row.is_over) or row.has_numbers]
    return MonthReport(unit, total.name, month, day, columns, shown, total)


def _empty_rows(unit: Unit, month: Month, day: dt.date) -> dict[str, MonthRow]:
    """A row for the unit itself and each right below it, by path, in the order of the tree."""
    heads = units_under(unit, on=day, since=month.first).filter(depth__lte=unit.depth + 1)
    rows = as_of(heads, day).order_by("path_then").values_list("path_then", "name_then", "uid", "level", "ends_on")
    return {
        path: MonthRow(name, str(uid), level, is_over=ends_on is not None and ends_on < day)
        for path, name, uid, level, ends_on in rows
    }


def _then(units: UnitQuerySet, day: dt.date) -> Iterator[tuple[int, str, str, int | None]]:
    """Key, level, path and households of units on a day; plain rows, as a district has 17,000."""
    rows = as_of(units, day).order_by().values_list("pk", "level", "path_then", "households_then")
    return iter(rows)


def _in_post(unit: Unit, day: dt.date) -> set[int]:
    """Units whose own leader was in post on a day; a stand-in does not fill a post."""
    held = Appointment.objects.active(day).of_roles(THREE_HEADS).filter(stands_in_for__isnull=True)
    return set(held.filter(unit_id__in=unit_ids_under(unit, on=day)).values_list("unit_id", flat=True))
