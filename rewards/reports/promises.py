"""What was promised against what was given, by benefit and by provider. In the order of names; nobody is ranked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
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
from rewards.reports.models import MonthUses
from rewards.reports.period import Asked
from rewards.reports.veil import Cell, rate, veil
from volunteers.units.models import Unit

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


def _within(rows: Any, asked: Asked, field_: str = "unit__path") -> Any:
    return rows.filter(**{f"{field_}__startswith": asked.unit.path}) if asked.unit.depth > 1 else rows


def _uses(asked: Asked) -> tuple[Uses, Uses]:
    """By benefit and by provider, from the months that are added up."""
    by_benefit, by_merchant = Uses(), Uses()
    rows = MonthUses.objects.filter(month__range=(asked.period.first, asked.period.last)).order_by()
    for month, benefit, merchant, uses, heads in _within(rows, asked).values_list(
        "month", "benefit_id", "merchant_id", "uses", "heads"
    ):
        for sums, key in ((by_benefit, benefit), (by_merchant, merchant)):
            sums.number[key] += uses
            sums.heads[key][month] += heads
    return by_benefit, by_merchant


def _refusals(asked: Asked) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Confirmed ones of the period by benefit and provider; below the district those of people who claimed there."""
    rows = RefusalReport.objects.filter(
        state=RefusalState.CONFIRMED, at__gte=asked.period.begins_at, at__lt=asked.period.ends_at
    ).order_by()
    if asked.unit.depth > 1:
        claimed = Entitlement.objects.filter(benefit=OuterRef("benefit"), person=OuterRef("person"))
        rows = rows.filter(Exists(_within(claimed, asked)))
    by_benefit = dict(rows.values_list("benefit_id").annotate(Count("pk")))
    by_merchant = dict(rows.filter(merchant__isnull=False).values_list("merchant_id").annotate(Count("pk")))
    return by_benefit, by_merchant


def _benefits(asked: Asked) -> list[Benefit]:
    """Those of packages of this place, of what lies above and below; not drafts, and in force within the months."""
    around = Q(package__unit__path__startswith=asked.unit.path)
    around |= Q(package__unit__path__in=[asked.unit.path[:end] for end in _ends(asked.unit)])
    rows = Benefit.objects.filter(around, ends_on__gte=asked.period.first, starts_on__lt=asked.period.ends_at.date())
    rows = rows.exclude(state__in=[BenefitState.DRAFT, BenefitState.REVIEWED]).select_related("package__unit")
    return list(rows.order_by("package__unit__path", "name", "pk"))


def _ends(unit: Unit) -> range:
    return range(Unit.steplen, len(unit.path) + 1, Unit.steplen)


def by_benefit(asked: Asked) -> list[Promise]:
    """Each benefit with its places, claims, uses and refusals. Five queries."""
    used, refused = _uses(asked)[0], _refusals(asked)[0]
    found = _benefits(asked)
    claims: dict[tuple[int, bool], int] = defaultdict(int)
    rows = Entitlement.objects.filter(benefit__in=found, state__in=[*CLAIMED, EntitlementState.WAITING]).order_by()
    for benefit, state, count in _within(rows, asked).values_list("benefit_id", "state").annotate(Count("pk")):
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
