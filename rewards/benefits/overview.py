"""One benefit as staff see it: places and line, what was used by month. A constant number of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import TruncMonth

from rewards.benefits.models import Benefit, Entitlement, EntitlementState, VoucherUse

SHOWN_IN_LINE = 100
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Overview:
    """Places, the first of the line in its order, and months with how often it was used; voided uses left out."""

    held: int
    taken: int
    free: int | None
    waiting: int
    line: list[Entitlement]
    months: list[tuple[dt.date, int]]


def overview_of(benefit: Benefit) -> Overview:
    """Everything of one benefit that is counted."""
    rows = Entitlement.objects.filter(benefit=benefit)
    states = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    taken = rows.placed().count()
    away = {EntitlementState.WAITING, EntitlementState.RETURNED, EntitlementState.REVOKED}
    return Overview(
        held=sum(n for state, n in states.items() if state not in away),
        taken=taken,
        free=None if benefit.places is None else max(0, benefit.places - taken),
        waiting=states.get(EntitlementState.WAITING, 0),
        line=list(rows.in_line().select_related("person", "unit")[:SHOWN_IN_LINE]),
        months=_months(benefit),
    )


def _months(benefit: Benefit) -> list[tuple[dt.date, int]]:
    uses = VoucherUse.objects.filter(voucher__entitlement__benefit=benefit, void__isnull=True)
    counted = uses.order_by().annotate(month=TruncMonth("at")).values_list("month").annotate(n=Count("pk"))
    return [(month.date(), n) for month, n in counted.order_by("-month")[:MONTHS]]
