"""What was promised against what was given, by benefit and by provider. In the order of names; nobody is ranked."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from foundation import clock
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
from rewards.reports.cube import Cube, Node
from rewards.reports.models import MonthUses
from rewards.reports.period import Asked
from rewards.reports.places import PLACE_WIDTH, STEP, last_day
from rewards.reports.veil import Cell, rate
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


class Sort(StrEnum):
    """What is counted of a benefit or a provider."""

    CLAIMED = "claimed"
    WAITING = "waiting"
    USED = "used"
    USED_AT = "used_at"


def _cube(asked: Asked) -> Cube:
    """Uses by benefit and by provider, claims by benefit; of the places above that the reader sees, too."""
    cube = Cube(asked.unit.pk, _cube(asked.up) if asked.up else None)
    rows = MonthUses.objects.filter(month__range=(asked.period.first, asked.period.last)).order_by()
    if asked.unit.depth > 1:
        rows = rows.filter(unit__in=asked.ids())
    for unit_id, month, benefit, merchant, uses, heads in rows.values_list(
        "unit_id", "month", "benefit_id", "merchant_id", "uses", "heads"
    ):
        place = asked.row_of(unit_id, month)
        if place is not None:
            of: dict[str, Any] = {"unit_id": unit_id, "depth": asked.depth_of(unit_id, month), "on": month}
            cube.add(Node(Sort.USED, place, benefit), uses, heads, **of)
            cube.add(Node(Sort.USED_AT, place, merchant), uses, heads, **of)
    _add_claims(cube, asked)
    return cube


def _add_claims(cube: Cube, asked: Asked) -> None:
    """Who has a benefit or waits for it, as it is now, by where they hold their role."""
    rows = Entitlement.objects.filter(
        state__in=[*CLAIMED, EntitlementState.WAITING], benefit__in=_in_force(asked).values("pk")
    ).order_by()
    if asked.unit.depth > 1:
        rows = rows.filter(unit__path__startswith=asked.unit.path)
    today = clock.today()
    grouped = rows.annotate(place=Substr("unit__path", 1, PLACE_WIDTH)).values_list("benefit_id", "state", "place")
    counts: Counter[tuple[int, Sort, str]] = Counter()
    for benefit, state, path, count in grouped.annotate(Count("pk")):
        counts[benefit, Sort.WAITING if state == EntitlementState.WAITING else Sort.CLAIMED, path] += count
    for (benefit, sort, path), count in counts.items():
        node = Node(sort, asked.row_at(path, today) or asked.unit.pk, benefit)
        unit_id, depth = asked.places.by_path(today).get(path), len(path) // STEP
        cube.add(node, count, count, unit_id=unit_id, depth=depth, on=today)


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


def _in_force(asked: Asked) -> QuerySet[Benefit]:
    """Benefits that could be used in these months; not drafts."""
    rows = Benefit.objects.filter(ends_on__gte=asked.period.first, starts_on__lt=asked.period.ends_at.date())
    return rows.exclude(state__in=[BenefitState.DRAFT, BenefitState.REVIEWED])


def _benefits(asked: Asked, used: Iterable[int]) -> list[Benefit]:
    """Those of packages of this place, of what lay above and below, and those used."""
    top, day = asked.places.path(asked.unit.pk, asked.on), asked.on
    around = [pk for path, pk in asked.places.by_path(day).items() if path.startswith(top) or top.startswith(path)]
    rows = _in_force(asked).filter(Q(package__unit__in=around) | Q(pk__in=list(used))).select_related("package__unit")
    return list(rows.order_by("package__unit__path", "name", "pk"))


def promises_report(asked: Asked) -> tuple[list[Promise], list[Promise]]:
    """By benefit and by provider."""
    cube, (refused_of, refused_at) = _cube(asked), _refusals(asked)
    return _by_benefit(asked, cube, refused_of), _by_provider(cube, refused_at)


def _by_benefit(asked: Asked, cube: Cube, refused: Mapping[int, int]) -> list[Promise]:
    """Each benefit with its places, claims, uses and refusals."""
    told = []
    for one in _benefits(asked, cube.rules(Sort.USED)):
        promise = Promise(one.name, f"{one.package.unit.name} · {one.get_kind_display()}", _places(one))
        promise.claimed, promise.waiting = cube.cell(Sort.CLAIMED, rule=one.pk), cube.cell(Sort.WAITING, rule=one.pk)
        promise.used, promise.refused = cube.cell(Sort.USED, rule=one.pk), refused.get(one.pk, 0)
        told.append(promise)
    return told


def _places(benefit: Benefit) -> str:
    places = _("%(count)d 个名额") % {"count": benefit.places} if benefit.places else _("名额不限")
    if not benefit.uses_each:
        return places
    words = _("%(places)s，每人 %(count)d 次") % {"places": places, "count": benefit.uses_each}
    return f"{words}（{benefit.get_renews_display()}）" if benefit.renews != "none" else words


def _by_provider(cube: Cube, refused: Mapping[int, int]) -> list[Promise]:
    """Each provider that gave something in these months, or refused it."""
    rows = Merchant.objects.filter(pk__in=[*cube.rules(Sort.USED_AT), *refused]).select_related("unit")
    return [
        Promise(shop.name, shop.unit.name, used=cube.cell(Sort.USED_AT, rule=shop.pk), refused=refused.get(shop.pk, 0))
        for shop in rows.order_by("unit__path", "pinyin", "pk")
    ]
