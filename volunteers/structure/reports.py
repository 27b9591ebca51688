"""统计月报: what a unit and those right below it had on the last day of a month, and what happened in it.

Counted from dated rows only, by the units that lay there on that day, so that a month that is over keeps its numbers.
No persons, no order but that of the tree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation import clock
from volunteers.structure.months import Figure, Month, figures
from volunteers.structure.selectors import as_of, name_on, path_on, unit_ids_under, units_under
from volunteers.structure.tree import ROLE_AT
from volunteers.units.models import THREE_HEADS, Appointment, Level, Unit

STEP = Unit.steplen


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
    path, columns = path_on(unit, day), figures()
    ids = unit_ids_under(unit, on=day, since=month.first)
    facts = {column.name: column.count(ids, month) for column in columns}
    in_post = _in_post(unit, day)
    rows: dict[str, MonthRow] = {}
    units = as_of(units_under(unit, on=day, since=month.first), day)
    for one in units.order_by("path_then"):
        row = _row_of(one, path, rows, day)
        exists = (one.starts_on is None or one.starts_on <= day) and (one.ends_on is None or one.ends_on >= day)
        if exists:
            _count(row, one, in_post)
        for name, by_unit in facts.items():
            row.facts[name] = row.facts.get(name, 0) + by_unit.get(one.pk, 0)
    name = name_on(unit, day)
    total = MonthRow(name)
    for row in rows.values():
        total.add(row)
    shown = [row for row in rows.values() if (row.uid != str(unit.uid) and not row.is_over) or row.has_numbers]
    return MonthReport(unit, name, month, day, columns, shown, total)


def _row_of(one: Unit, path: str, rows: dict[str, MonthRow], day: dt.date) -> MonthRow:
    """The row that a unit counts in: that of the unit right below the reported one, or the reported one's own."""
    key = one.path_then[: len(path) + STEP]  # type: ignore[attr-defined]
    if key not in rows or len(one.path_then) == len(key):  # type: ignore[attr-defined]
        row = rows.setdefault(key, MonthRow(""))
        row.name, row.uid, row.level = one.name_then, str(one.uid), one.level  # type: ignore[attr-defined]
        row.is_over = one.ends_on is not None and one.ends_on < day
    return rows[key]


def _count(row: MonthRow, one: Unit, in_post: set[int]) -> None:
    if one.level == Level.NEIGHBOURHOOD:
        row.neighbourhoods += 1
        row.households += one.households_then or 0  # type: ignore[attr-defined]
    if ROLE_AT[Level(one.level)] in THREE_HEADS:
        row.leaders += one.pk in in_post
        row.vacancies += one.pk not in in_post


def _in_post(unit: Unit, day: dt.date) -> set[int]:
    """Units whose own leader was in post on a day; a stand-in does not fill a post."""
    held = Appointment.objects.active(day).of_roles(THREE_HEADS).filter(stands_in_for__isnull=True)
    return set(held.filter(unit_id__in=unit_ids_under(unit, on=day)).values_list("unit_id", flat=True))
