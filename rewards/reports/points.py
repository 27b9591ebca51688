"""Points issued, spent, expired, taken back and held, by place, by rule and by month. Nothing by person."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Sum
from django.db.models.functions import Substr
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation import clock
from rewards.points.models import Hold, HoldState, Rule, RuleState
from rewards.reports.models import Flow, MonthPoints
from rewards.reports.period import Asked
from rewards.reports.places import PLACE_WIDTH
from rewards.reports.veil import Cell, veil

FLOWS = (Flow.ISSUED, Flow.SPENT, Flow.EXPIRED, Flow.REVERSED, Flow.RETURNED)
Text = str | Promise


@dataclass(slots=True)
class Line:
    """One line of a table: what it is called, where it leads, its numbers in the order of the columns."""

    label: Text
    url: str = ""
    cells: list[Cell] = field(default_factory=list)

    @property
    def has_numbers(self) -> bool:
        """Whether there is anything to say."""
        return any(cell.number for cell in self.cells)


@dataclass(slots=True)
class Sheet:
    """A table: its title, its columns, its lines."""

    name: str
    title: Text
    first: Text
    columns: list[Text]
    lines: list[Line]
    total: Line | None = None


@dataclass(slots=True)
class _Sums:
    """Numbers by key and flow. Of how many people a number is: as many as in its largest month, at the least."""

    numbers: dict[tuple[Hashable, Flow], int] = field(default_factory=lambda: defaultdict(int))
    heads: dict[tuple[Hashable, Flow], dict[dt.date, int]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, key: Hashable, flow: Flow, month: dt.date, points: int, heads: int) -> None:
        """One row of the months."""
        self.numbers[key, flow] += points
        months = self.heads[key, flow]
        months[month] = months.get(month, 0) + heads

    def cells(self, key: Hashable) -> list[Cell]:
        """In the order of the flows."""
        return [Cell(self.numbers[key, flow], max(self.heads[key, flow].values(), default=0)) for flow in FLOWS]


def rule_labels() -> dict[str, Text]:
    """What a rule is called, by its newest version; and what moves points without a rule."""
    known: dict[str, Text] = {
        "expired": _("到期"),
        "store": _("积分超市"),
        "store_settled": _("积分超市结算"),
        "budget": _("补充预算"),
    }
    rules = Rule.objects.exclude(version__state=RuleState.DRAFT).order_by("version__number", "pk")
    return known | dict(rules.values_list("code", "label"))


def points_report(asked: Asked, rule: str = "") -> list[Sheet]:
    """Three tables of a place; of one rule only where one is asked for."""
    rows = MonthPoints.objects.filter(month__range=(asked.period.first, asked.period.last), flow__in=FLOWS)
    if rule:
        rows = rows.filter(rule=rule)
    if asked.unit.depth > 1:
        rows = rows.filter(unit__in=asked.ids())
    places, rules, months, whole = _Sums(), _Sums(), _Sums(), _Sums()
    read = rows.order_by().values_list("unit_id", "month", "rule", "flow", "points", "heads")
    for unit_id, month, code, name, points, heads in read:
        place = asked.row_of(unit_id, month)
        if place is None:
            continue
        flow = Flow(name)
        places.add(place, flow, month, points, heads)
        rules.add(code, flow, month, points, heads)
        months.add(month, flow, month, points, heads)
        whole.add("", flow, month, points, heads)
    total = Line(_("合计"), cells=whole.cells(""))
    sheets = [_by_month(asked, months, total)]
    if asked.children:
        sheets.insert(0, _by_place(asked, places, total, rule))
    if not rule:
        sheets.insert(-1, _by_rule(asked, rules, total))
    _veil([total])
    return sheets


def _veil(lines: Iterable[Line]) -> None:
    """Column by column."""
    for column in zip(*(line.cells for line in lines), strict=False):
        veil(column)


def _columns() -> list[Text]:
    return [flow.label for flow in FLOWS]


def _by_place(asked: Asked, sums: _Sums, total: Line, rule: str) -> Sheet:
    held, more = _held(asked), f"&rule={rule}" if rule else ""
    lines = {
        child.pk: Line(child.name, f"{child.address}{more}" if child.address else "", sums.cells(child.pk))
        for child in asked.children
    }
    own = Line(_("本级"), cells=sums.cells(asked.unit.pk))
    if own.has_numbers or (held.keys() - lines.keys() and not rule):
        lines[asked.unit.pk] = own
    total = Line(total.label, cells=[Cell(cell.number, cell.heads) for cell in total.cells])
    if not rule:
        whole = Cell()
        for line in lines.values():
            line.cells.append(Cell())
        for place, cell in held.items():
            lines.get(place, own).cells[-1].add(cell.number, cell.heads)
            whole.add(cell.number, cell.heads)
        total.cells.append(whole)
    _veil(lines.values())
    _veil([total])
    columns = [*_columns(), *([] if rule else [_("现在占用")])]
    return Sheet("places", _("按地方"), _("地方"), columns, list(lines.values()), total)


def _by_rule(asked: Asked, sums: _Sums, total: Line) -> Sheet:
    labels, codes = rule_labels(), {str(code) for code, _flow in sums.numbers}
    order = [*(code for code in labels if code in codes), *sorted(codes - set(labels))]
    lines = [Line(labels.get(code, code), f"?{asked.query}&rule={code}", sums.cells(code)) for code in order]
    _veil(lines)
    return Sheet("rules", _("按规则"), _("规则"), _columns(), lines, total)


def _by_month(asked: Asked, sums: _Sums, total: Line) -> Sheet:
    lines = [
        Line(f"{month:%Y-%m}", f"?unit={asked.unit.uid}&from={month:%Y-%m}&to={month:%Y-%m}", sums.cells(month))
        for month in asked.period.months()
    ]
    _veil(lines)
    return Sheet("months", _("按月份"), _("月份"), _columns(), lines, total)


def _held(asked: Asked) -> Mapping[int, Cell]:
    """What is set aside at this moment, by the place below; open holds are few and have an index of their own."""
    rows, today = Hold.objects.filter(state=HoldState.HELD).order_by(), clock.today()
    if asked.unit.depth > 1:
        rows = rows.filter(unit__path__startswith=asked.unit.path)
    grouped = rows.annotate(place=Substr("unit__path", 1, PLACE_WIDTH)).values_list("place")
    found: dict[int, Cell] = {}
    for path, points, heads in grouped.annotate(Sum("points"), Count("account", distinct=True)):
        place = asked.row_at(path or asked.unit.path, today) or asked.unit.pk
        found.setdefault(place, Cell()).add(points, heads)
    return found
