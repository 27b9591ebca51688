"""What was promised against what was given, by benefit and by provider. In the order of names; nobody is ranked."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from rewards.benefits.models import (
    Benefit,
    BenefitState,
    Entitlement,
    EntitlementState,
    Merchant,
    RefusalReport,
    RefusalState,
)
from rewards.points.posting import month_of
from rewards.reports.models import MonthUses
from rewards.reports.period import Asked
from rewards.reports.places import last_day
from rewards.reports.veil import Cell, rate, veil
from volunteers.structure.models import FormerPlace

CLAIMED = (
    EntitlementState.CLAIMED,
    EntitlementState.PART_USED,
    EntitlementState.USED_UP,
    EntitlementState.EXPIRED,
)


@dataclass(slots=True)
class Promise:
    """One benefit, or one provider: what was promised, what came of it."""

    label: str
    what: str = ""
    places: str = ""
    claimed: Cell = field(default_factory=Cell)
    waiting: Cell = field(default_factory=Cell)
    used: Cell = field(default_factory=Cell)
    refused: int = 0

    @property
    def rate(self) -> str:
        """兑现率 with its n; nothing below ten, nor where the uses are hidden."""
        return "" if self.used.hidden else rate(self.used.number, self.refused)


@dataclass(slots=True)
class Uses:
    """Uses by key: how many, and of how many people at the least."""

    number: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    heads: dict[int, dict[object, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def cell(self, key: int) -> Cell:
        """Of one key."""
        return Cell(self.number[key], max(self.heads[key].values(), default=0))


def _uses(asked: Asked) -> tuple[Uses, Uses]:
    """By benefit and by provider, from the months that are added up."""
    by_benefit, by_merchant = Uses(), Uses()
    rows = MonthUses.objects.filter(month__range=(asked.period.first, asked.period.last)).order_by()
    if asked.unit.depth > 1:
        rows = rows.filter(unit__in=asked.ids())
    for unit_id, month, benefit, merchant, uses, heads in rows.values_list(
        "unit_id", "month", "benefit_id", "merchant_id", "uses", "heads"
    ):
        if asked.row_of(unit_id, month) is None:
            continue
        for sums, key in ((by_benefit, benefit), (by_merchant, merchant)):
            sums.number[key] += uses
            sums.heads[key][month] += heads
    return by_benefit, by_merchant


def _refusals(asked: Asked) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Confirmed ones of the period by benefit and provider; below the district those of people who claimed there."""
    rows = RefusalReport.objects.filter(
        state=RefusalState.CONFIRMED, at__gte=asked.period.begins_at, at__lt=asked.period.ends_at
    ).order_by()
    by_benefit, by_merchant = Counter[int](), Counter[int]()
    for row in rows if asked.unit.depth == 1 else _claimed_within(rows, asked):
        by_benefit[row.benefit_id] += 1
        if row.merchant_id:
            by_merchant[row.merchant_id] += 1
    return by_benefit, by_merchant


def _claimed_within(rows: Any, asked: Asked) -> Iterator[RefusalReport]:
    """Those of people whose unit lay there at the end of the month; they are few. Two queries."""
    claimed = Entitlement.objects.filter(benefit=OuterRef("benefit"), person=OuterRef("person"))
    found = list(
        rows.annotate(unit_id=Subquery(claimed.values("unit")[:1]), path=Subquery(claimed.values("unit__path")[:1]))
    )
    former: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    past = FormerPlace.objects.filter(unit__in={row.unit_id for row in found}, until__gte=asked.period.first)
    for unit_id, until, path in past.order_by("until").values_list("unit_id", "until", "path"):
        former[unit_id].append((until, path))
    for row in found:
        day = last_day(month_of(row.at))
        path = next((path for until, path in former[row.unit_id] if until >= day), row.path)
        if path and asked.row_at(path, day) is not None:
            yield row


def _benefits(asked: Asked, used: Iterable[int]) -> list[Benefit]:
    """Those of packages of this place, of what lay above and below, and those used; not drafts, in force then."""
    top, day = asked.places.path(asked.unit.pk, asked.on), asked.on
    around = [pk for path, pk in asked.places.by_path(day).items() if path.startswith(top) or top.startswith(path)]
    rows = Benefit.objects.filter(ends_on__gte=asked.period.first, starts_on__lt=asked.period.ends_at.date())
    rows = rows.filter(Q(package__unit__in=around) | Q(pk__in=list(used)))
    rows = rows.exclude(state__in=[BenefitState.DRAFT, BenefitState.REVIEWED]).select_related("package__unit")
    return list(rows.order_by("package__unit__path", "name", "pk"))


def by_benefit(asked: Asked) -> list[Promise]:
    """Each benefit with its places, claims, uses and refusals. Five queries."""
    used, refused = _uses(asked)[0], _refusals(asked)[0]
    found = _benefits(asked, used.number)
    claims: dict[tuple[int, bool], int] = defaultdict(int)
    rows = Entitlement.objects.filter(benefit__in=found, state__in=[*CLAIMED, EntitlementState.WAITING]).order_by()
    if asked.unit.depth > 1:
        rows = rows.filter(unit__path__startswith=asked.unit.path)
    for benefit, state, count in rows.values_list("benefit_id", "state").annotate(Count("pk")):
        claims[benefit, state == EntitlementState.WAITING] += count
    told = []
    for one in found:
        claimed, waiting = claims[one.pk, False], claims[one.pk, True]
        promise = Promise(one.name, f"{one.package.unit.name} · {one.get_kind_display()}", _places(one))
        promise.claimed, promise.waiting = Cell(claimed, claimed), Cell(waiting, waiting)
        promise.used, promise.refused = used.cell(one.pk), refused.get(one.pk, 0)
        told.append(promise)
    _veil(told)
    return told


def _places(benefit: Benefit) -> str:
    places = _("%(count)d 个名额") % {"count": benefit.places} if benefit.places else _("名额不限")
    if not benefit.uses_each:
        return places
    words = _("%(places)s，每人 %(count)d 次") % {"places": places, "count": benefit.uses_each}
    return f"{words}（{benefit.get_renews_display()}）" if benefit.renews != "none" else words


def by_provider(asked: Asked) -> list[Promise]:
    """Each provider that gave something in these months, or refused it. Three queries."""
    used, refused = _uses(asked)[1], _refusals(asked)[1]
    rows = Merchant.objects.filter(pk__in=[*used.number, *refused]).select_related("unit")
    told = []
    for shop in rows.order_by("unit__path", "pinyin", "pk"):
        told.append(Promise(shop.name, shop.unit.name, used=used.cell(shop.pk), refused=refused.get(shop.pk, 0)))
    _veil(told)
    return told


def _veil(told: list[Promise]) -> None:
    for name in ("claimed", "waiting", "used"):
        veil(getattr(one, name) for one in told)
