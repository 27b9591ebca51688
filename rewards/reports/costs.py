"""What it costs: points settled and goods handed out, for each registered household, by place."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, DateField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.translation import gettext as _

from rewards.reports.models import Flow, MonthPoints
from rewards.reports.period import Asked
from rewards.store.models import FormerUnit, Movement, Why
from volunteers.structure.selectors import then
from volunteers.units.models import Level

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


@dataclass(frozen=True, slots=True)
class _Costs:
    """Points, fen and households by row."""

    points: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    fen: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    households: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def line(self, label: str, url: str, place: int) -> Cost:
        """Of one row."""
        return Cost(label, url, self.points[place], self.fen[place], self.households[place])


def _goods(asked: Asked) -> Iterable[tuple[int, dt.date, int]]:
    """What the goods did cost, by month and by the community that the store belonged to then."""
    former = FormerUnit.objects.filter(store=OuterRef("goods__store"), until__gt=OuterRef("at")).order_by("until")
    rows = Movement.objects.filter(
        why__in=[Why.COLLECTED, Why.RETURNED], at__gte=asked.period.begins_at, at__lt=asked.period.ends_at
    ).order_by()
    rows = rows.annotate(
        place=Coalesce(Subquery(former.values("unit")[:1]), F("goods__store__unit"), output_field=BigIntegerField()),
        month=TruncMonth("at", output_field=DateField()),
    )
    return rows.values_list("place", "month").annotate(fen=-Sum(F("quantity") * F("cost_fen")))


def _costs(asked: Asked) -> _Costs:
    found, day = _Costs(), asked.on
    settled = MonthPoints.objects.filter(flow=Flow.SETTLED, month__range=(asked.period.first, asked.period.last))
    for sums, rows in (
        (found.points, settled.order_by().values_list("unit_id", "month").annotate(Sum("points"))),
        (found.fen, _goods(asked)),
    ):
        for unit_id, month, number in rows:
            if (place := asked.row_of(unit_id, month)) is not None:
                sums[place] += number or 0
    for _pk, level, path, households, ends_on in then(asked.unit, on=day).rows():
        if level == Level.NEIGHBOURHOOD and (ends_on is None or ends_on >= day):
            found.households[asked.row_at(path, day) or asked.unit.pk] += households
    return found


def cost_report(asked: Asked) -> tuple[list[Cost], Cost]:
    """Rows in the order of the tree, and the whole. A handful of queries."""
    found = _costs(asked)
    own = found.line(_("本级") if asked.children else asked.name, "", asked.unit.pk)
    lines = [found.line(child.name, child.address, child.pk) for child in asked.children]
    if own.settled or own.fen or own.households:
        lines.append(own)
    whole = Cost(_("合计"))
    for line in lines:
        whole.add(line)
    return lines, whole
