"""统计月报: what a unit and those right below it had on the last day of a month, and what happened in it.

Counted from dated rows only, by the units that lay there on that day, so that a month that is over keeps its numbers.
No persons, no order but that of the tree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation import clock
from volunteers.structure.months import Figure, Month, Within, figures
from volunteers.structure.selectors import Then, name_on, then
from volunteers.units.models import LEVEL_OF_ROLE, THREE_HEADS, Appointment, Level, Unit

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
    below, columns = then(unit, on=day, since=month.first), figures()
    width = len(below.path) + STEP
    within = Within(None if len(below.path) == STEP else below.units.order_by().values_list("pk", flat=True))
    rows = _empty_rows(unit, below, day)
    own = rows.setdefault(below.path, MonthRow(name_on(unit, day), str(unit.uid), unit.level))
    in_post, row_of = _in_post(within, day), dict[int, MonthRow]()
    for pk, level, path, households, ends_on in below.rows():
        row = row_of[pk] = rows.get(path[:width], own)
        if ends_on is not None and ends_on < day:
            continue
        if level == Level.NEIGHBOURHOOD:
            row.neighbourhoods += 1
            row.households += households
        if level in POSTS:
            row.leaders += pk in in_post
            row.vacancies += pk not in in_post
    for column in columns:
        _add_facts(column.name, column.count(within, month), row_of)
    total = MonthRow(own.name)
    for row in rows.values():
        total.add(row)
    shown = [row for row in rows.values() if (row.uid != str(unit.uid) and not row.is_over) or row.has_numbers]
    return MonthReport(unit, total.name, month, day, columns, shown, total)


def _add_facts(name: str, counts: Mapping[int, int], row_of: Mapping[int, MonthRow]) -> None:
    """Put each number into the row of its unit; what happened elsewhere is not told here."""
    for pk, count in counts.items():
        if row := row_of.get(pk):
            row.facts[name] = row.facts.get(name, 0) + count


def _empty_rows(unit: Unit, below: Then, day: dt.date) -> dict[str, MonthRow]:
    """A row for the unit itself and each right below it, by path, in the order of the tree."""
    heads = [(below.place_of(one), one) for one in below.units.filter(depth__lte=unit.depth + 1)]
    return {
        was.path: MonthRow(was.name, str(one.uid), one.level, is_over=one.ends_on is not None and one.ends_on < day)
        for was, one in sorted(heads, key=lambda pair: pair[0].path)
    }


def _in_post(within: Within, day: dt.date) -> set[int]:
    """Units whose own leader was in post on a day; a stand-in does not fill a post."""
    held = Appointment.objects.active(day).of_roles(THREE_HEADS).filter(stands_in_for__isnull=True)
    return set(within.only(held).values_list("unit_id", flat=True))
