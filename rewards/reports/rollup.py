"""Adding months up in the background: the month in which a day has been settled is counted anew, as a whole.

A run changes nothing where nothing new has settled, and two workers do not count the same month: the row of the
progress is locked. Days in which somebody may still write are left for later, so what is here never changes again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q, Sum

from rewards.benefits.models import VoucherUse
from rewards.points.models import AccountKind, Transfer
from rewards.points.posting import month_begins, month_of, next_month
from rewards.points.seals import bounds, day_of
from rewards.reports.models import Flow, MonthPoints, MonthUses, RolledUp
from rewards.reports.places import Places, place_on

_PERSON, _BUDGET, _PROVIDER = AccountKind.PERSON.value, AccountKind.BUDGET.value, AccountKind.PROVIDER.value
_ISSUING, _EXPIRY, _SETTLED = AccountKind.ISSUING.value, AccountKind.EXPIRY.value, AccountKind.SETTLED.value
_FORWARD = {
    (_ISSUING, _PERSON): Flow.ISSUED,
    (_BUDGET, _PERSON): Flow.ISSUED,
    (_PERSON, _PROVIDER): Flow.SPENT,
    (_PERSON, _SETTLED): Flow.SPENT,
    (_PERSON, _EXPIRY): Flow.EXPIRED,
    (_PROVIDER, _SETTLED): Flow.SETTLED,
}
_BACK = {Flow.ISSUED: Flow.REVERSED, Flow.SPENT: Flow.RETURNED}


def flow_of(giver: str, taker: str, *, is_original: bool) -> Flow | None:
    """What a line did; None when it only moved between accounts of units and of the system."""
    if is_original:
        return _FORWARD.get((giver, taker))
    return _BACK.get(_FORWARD.get((taker, giver), Flow.SETTLED))


def count_points(since: dt.datetime, until: dt.datetime) -> Iterator[MonthPoints]:
    """The lines of a stretch, by place, rule and flow; the month is that of its beginning."""
    day = _last_of(until)
    lines: Any = Transfer.objects.filter(at__gte=since, at__lt=until).order_by()
    lines = lines.annotate(
        place=place_on(day),
        original=ExpressionWrapper(Q(reverses__isnull=True), BooleanField()),
    )
    grouped = lines.values_list("place", "rule", "from_account__kind", "to_account__kind", "original")
    sums = grouped.annotate(
        Sum("points"), Count("pk"), Count("from_account", distinct=True), Count("to_account", distinct=True)
    )
    places, found = Places(day).by_path(day), dict[tuple[int | None, str, Flow], MonthPoints]()
    for place, rule, giver, taker, is_original, points, count, givers, takers in sums:
        flow = flow_of(giver, taker, is_original=is_original)
        if flow is None:
            continue
        heads = takers if taker == _PERSON else givers if giver == _PERSON else 0
        key = (places.get(place), rule, flow)
        row = found.setdefault(key, MonthPoints(
            unit_id=key[0], month=month_of(since), rule=rule, flow=flow, points=0, lines=0, heads=0
        ))  # fmt: skip
        row.points, row.lines, row.heads = row.points + points, row.lines + count, max(row.heads, heads)
    yield from found.values()


def count_uses(since: dt.datetime, until: dt.datetime) -> Iterator[MonthUses]:
    """The uses of a stretch, by place, benefit and provider."""
    day = _last_of(until)
    uses: Any = VoucherUse.objects.filter(at__gte=since, at__lt=until, void__isnull=True).order_by()
    uses = uses.annotate(place=place_on(day, "voucher__entitlement__unit"))
    grouped = uses.values_list("place", "voucher__entitlement__benefit_id", "merchant_id")
    sums = grouped.annotate(Count("pk"), Count("voucher__entitlement__person", distinct=True))
    places = Places(day).by_path(day)
    for place, benefit, merchant, count, heads in sums:
        yield MonthUses(
            unit_id=places.get(place), month=month_of(since), benefit_id=benefit, merchant_id=merchant,
            uses=count, heads=heads,
        )  # fmt: skip


def _last_of(until: dt.datetime) -> dt.date:
    """The last day of a stretch: where a unit lay on it, what happened in the unit is counted."""
    return day_of(until) - dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of months: its rows, how a stretch is counted, and where the facts are."""

    name: str
    model: type[models.Model]
    count: Callable[[dt.datetime, dt.datetime], Iterable[models.Model]]
    facts: type[models.Model]


POINTS = Table("points", MonthPoints, count_points, Transfer)
USES = Table("uses", MonthUses, count_uses, VoucherUse)


@transaction.atomic
def roll_up(table: Table, *, before: dt.date) -> bool:
    """Count one month anew, up to a day that is not over; False when there is nothing to do."""
    RolledUp.objects.get_or_create(name=table.name)
    row = RolledUp.objects.select_for_update().get(name=table.name)
    since = row.until or _first_day(table)
    if since is None or since >= before:
        return False
    month = since.replace(day=1)
    until = min(next_month(month), before)
    table.model._default_manager.filter(month=month).delete()
    table.model._default_manager.bulk_create(table.count(month_begins(month), bounds(until)[0]), batch_size=500)
    row.until = until
    row.save(update_fields=["until"])
    return True


def _first_day(table: Table) -> dt.date | None:
    first = table.facts._default_manager.aggregate(first=Min("at"))["first"]
    return day_of(first) if first else None


def rolled_up_until() -> dt.date | None:
    """Before which day the reports know everything; None before the first run."""
    days = [day for day in RolledUp.objects.values_list("until", flat=True) if day]
    return min(days) if days else None
