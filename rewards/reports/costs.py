"""What it costs: points settled and goods handed out, for each registered household, by place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Sum
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from rewards.reports.models import Flow, MonthPoints
from rewards.reports.period import Asked
from rewards.store.models import Movement, Why
from volunteers.units.models import Level, Unit

FEN = 100


@dataclass(slots=True)
class Cost:
    """One place. A point stands for about a yuan of goods; `fen` is what the goods really cost, where that is known."""

    label: str
    url: str = ""
    settled: int = 0
    fen: int = 0
    households: int = 0

    def add(self, other: Cost) -> None:
        """Add up."""
        self.settled += other.settled
        self.fen += other.fen
        self.households += other.households

    @property
    def yuan(self) -> str:
        """What the goods cost; nothing where it is not known."""
        return f"{self.fen / FEN:.2f}" if self.fen else ""

    @property
    def points_each(self) -> str:
        """Settled points for each household."""
        return f"{self.settled / self.households:.2f}" if self.households else ""

    @property
    def yuan_each(self) -> str:
        """Goods for each household."""
        return f"{self.fen / FEN / self.households:.2f}" if self.households and self.fen else ""


def _sums(rows: Iterable[tuple[str | None, int | None]], otherwise: str) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for path, number in rows:
        found[path or otherwise] += number or 0
    return found


def cost_report(asked: Asked) -> tuple[list[Cost], Cost]:
    """Rows in the order of the tree, and the whole. Three queries."""
    unit, width = asked.unit, min(4, asked.unit.depth + 1) * Unit.steplen
    settled = MonthPoints.objects.filter(flow=Flow.SETTLED, month__range=(asked.period.first, asked.period.last))
    goods = Movement.objects.filter(
        why__in=[Why.COLLECTED, Why.RETURNED], at__gte=asked.period.begins_at, at__lt=asked.period.ends_at
    )
    homes = Unit.objects.current().filter(level=Level.NEIGHBOURHOOD, path__startswith=unit.path)
    if unit.depth > 1:
        settled = settled.filter(unit__path__startswith=unit.path)
        goods = goods.filter(goods__store__unit__path__startswith=unit.path)
    worth = -Sum(F("quantity") * F("cost_fen"))
    parts = [
        settled.order_by().annotate(part=Substr("unit__path", 1, width)).values_list("part").annotate(Sum("points")),
        goods.order_by()
        .annotate(part=Substr("goods__store__unit__path", 1, width))
        .values_list("part")
        .annotate(fen=worth),
        homes.order_by()
        .annotate(part=Substr("path", 1, width))
        .values_list("part")
        .annotate(Sum("households_declared")),
    ]
    points, fen, households = (_sums(rows, unit.path) for rows in parts)
    whole, lines = Cost(_("合计")), []
    places = {child.path: Cost(child.name, f"?unit={child.uid}&{asked.period.query}") for child in asked.children}
    places[unit.path] = Cost(_("本级") if asked.children else unit.name)
    for path in sorted({*points, *fen, *households, *places}):
        line = places.get(path) or places[unit.path]
        line.add(Cost("", settled=points.get(path, 0), fen=fen.get(path, 0), households=households.get(path, 0)))
    for path, line in places.items():
        if path != unit.path or line.settled or line.fen or line.households:
            lines.append(line)
            whole.add(line)
    return lines, whole
