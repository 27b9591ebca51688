"""Points issued, spent, expired, taken back and held, by place, by rule and by month. Nothing by person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Sum
from django.db.models.functions import Substr
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation import clock
from rewards.points.models import Hold, HoldState, Rule, RuleState
from rewards.reports.cube import Cube, Node
from rewards.reports.models import Flow, MonthPoints
from rewards.reports.period import Asked
from rewards.reports.places import PLACE_WIDTH, STEP
from rewards.reports.veil import Cell

FLOWS = (Flow.ISSUED, Flow.SPENT, Flow.EXPIRED, Flow.REVERSED, Flow.RETURNED)
HELD = "held"
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
    cube, code = _cube(asked), rule or None
    total = Line(_("合计"), cells=_cells(cube, rule=code))
    sheets = [_by_month(asked, cube, total, code)]
    if asked.children:
        sheets.insert(0, _by_place(asked, cube, total, code))
    if not rule:
        sheets.insert(-1, _by_rule(asked, cube, total))
    return sheets


def _cube(asked: Asked) -> Cube:
    """The numbers of a place and of each above it that the reader sees, too. Two queries each."""
    cube = Cube(asked.unit.pk, _cube(asked.up) if asked.up else None)
    rows = MonthPoints.objects.filter(month__range=(asked.period.first, asked.period.last), flow__in=FLOWS)
    if asked.unit.depth > 1:
        rows = rows.filter(unit__in=asked.ids())
    read = rows.order_by().values_list("unit_id", "month", "rule", "flow", "points", "heads")
    for unit_id, month, code, name, points, heads in read:
        place = asked.row_of(unit_id, month)
        if place is not None:
            depth, node = asked.depth_of(unit_id, month), Node(Flow(name), place, code, month)
            cube.add(node, points, heads, unit_id=unit_id, depth=depth, on=month)
    _add_held(cube, asked)
    return cube


def _cells(cube: Cube, place: int | None = None, rule: str | None = None, month: dt.date | None = None) -> list[Cell]:
    """In the order of the flows."""
    return [cube.cell(flow, place, rule, month) for flow in FLOWS]


def _columns() -> list[Text]:
    return [flow.label for flow in FLOWS]


def _by_place(asked: Asked, cube: Cube, total: Line, rule: str | None) -> Sheet:
    more = f"&rule={rule}" if rule else ""
    addresses = {child.pk: f"{child.address}{more}" if child.address else "" for child in asked.children}
    lines = {child.pk: Line(child.name, addresses[child.pk], _cells(cube, child.pk, rule)) for child in asked.children}
    lines[asked.unit.pk] = Line(_("本级"), cells=_cells(cube, asked.unit.pk, rule))
    total = Line(total.label, cells=[*total.cells])
    columns = _columns()
    if not rule:
        columns.append(_("现在占用"))
        for place, line in [*lines.items(), (None, total)]:
            line.cells.append(cube.cell(HELD, place))
    if not lines[asked.unit.pk].has_numbers:
        del lines[asked.unit.pk]
    return Sheet("places", _("按地方"), _("地方"), columns, list(lines.values()), total)


def _by_rule(asked: Asked, cube: Cube, total: Line) -> Sheet:
    labels, codes = rule_labels(), {code for flow in FLOWS for code in cube.rules(flow)}
    order = [*(code for code in labels if code in codes), *sorted(codes - set(labels))]
    lines = [Line(labels.get(code, code), f"?{asked.query}&rule={code}", _cells(cube, rule=code)) for code in order]
    return Sheet("rules", _("按规则"), _("规则"), _columns(), lines, total)


def _by_month(asked: Asked, cube: Cube, total: Line, rule: str | None) -> Sheet:
    lines = [
        Line(
            f"{month:%Y-%m}",
            f"?unit={asked.unit.uid}&from={month:%Y-%m}&to={month:%Y-%m}",
            _cells(cube, rule=rule, month=month),
        )
        for month in asked.period.months()
    ]
    return Sheet("months", _("按月份"), _("月份"), _columns(), lines, total)


def _add_held(cube: Cube, asked: Asked) -> None:
    """What is set aside at this moment, by the place below; open holds are few and have an index of their own."""
    rows, today = Hold.objects.filter(state=HoldState.HELD).order_by(), clock.today()
    if asked.unit.depth > 1:
        rows = rows.filter(unit__path__startswith=asked.unit.path)
    grouped = rows.annotate(place=Substr("unit__path", 1, PLACE_WIDTH)).values_list("place")
    for path, points, heads in grouped.annotate(Sum("points"), Count("account", distinct=True)):
        place = asked.row_at(path or asked.unit.path, today) or asked.unit.pk
        unit_id, depth = asked.places.by_path(today).get(path or ""), len(path or "") // STEP
        cube.add(Node(HELD, place), points, heads, unit_id=unit_id, depth=depth, on=today)
