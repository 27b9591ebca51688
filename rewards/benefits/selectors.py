"""What a leader has, and what a merchant gives. Constant numbers of queries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation import clock
from foundation.actors import Actor
from rewards.benefits.models import (
    Benefit,
    BenefitState,
    Entitlement,
    EntitlementState,
    Kind,
    Merchant,
    VoucherUse,
)
from volunteers.units.models import Unit
from volunteers.units.rights import Grant, grants, person_id_of


@dataclass(frozen=True, slots=True)
class Ticket:
    """One benefit as its owner meets it. `state` is ready, open (nothing to show), waiting, used or paused."""

    uid: uuid.UUID
    kind: str
    name: str
    value_text: str
    detail: str
    state: str
    words: str
    ends_on: dt.date
    merchants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tickets of one kind."""

    kind: str
    label: str | Promise
    tickets: list[Ticket]


def _ancestors(held: Iterable[Grant]) -> set[str]:
    return {g.path[:end] for g in held for end in range(Unit.steplen, len(g.path) + 1, Unit.steplen)}


def benefits_of(user: Actor) -> QuerySet[Benefit]:
    """Benefits that the user's current roles give, today. What the role gives ends with the role."""
    held = grants(user)
    today = clock.today()
    named = Q(pk__in=[])
    for role in {grant.role.value for grant in held}:
        named |= Q(roles__icontains=f'"{role}"')
    return (
        Benefit.objects.filter(
            named,
            state__in=[BenefitState.LIVE, BenefitState.PAUSED],
            starts_on__lte=today,
            ends_on__gte=today,
            package__unit__path__in=_ancestors(held),
        )
        .select_related("package__unit")
        .prefetch_related("merchants")
    )


def grant_for(user: Actor, benefit: Benefit) -> Grant | None:
    """The role by which the user has the benefit, if any."""
    reach = benefit.package.unit.path
    return next((g for g in grants(user) if g.role.value in benefit.roles and g.path.startswith(reach)), None)


def uses_left(benefit: Benefit, entitlement: Entitlement | None) -> int | None:
    """How often it can still be used; None when there is no limit."""
    if benefit.uses_each is None:
        return None
    return max(0, benefit.uses_each - (entitlement.used_count if entitlement else 0))


def _state(benefit: Benefit, mine: Entitlement | None, ahead: int) -> tuple[str, str]:
    if benefit.state == BenefitState.PAUSED:
        return "paused", _("暂停中，恢复了告诉您")
    if mine and mine.state == EntitlementState.WAITING:
        return "waiting", _("第 %d 位") % (ahead + 1)
    if mine and mine.state in {EntitlementState.USED_UP, EntitlementState.REVOKED}:
        return "used", _("用过了")
    if not benefit.needs_code:
        return "open", _("不用您操作")
    left = uses_left(benefit, mine)
    if left is None:
        return "ready", _("不限次数")
    return ("ready", _("剩 %d 次") % left) if left else ("used", _("用过了"))


def _queue_positions(waiting: list[Entitlement]) -> dict[int, int]:
    """How many wait before each of these; one query a waiting benefit of one person (rarely more than one)."""
    return {
        e.benefit_id: Entitlement.objects.filter(
            benefit_id=e.benefit_id, state=EntitlementState.WAITING, pk__lt=e.pk
        ).count()
        for e in waiting
    }


def tickets_of(user: Actor) -> list[Ticket]:
    """Everything the user's roles give, those that can be shown first, then by name."""
    benefits = list(benefits_of(user))
    mine = {e.benefit_id: e for e in Entitlement.objects.filter(person_id=user.person_id, benefit__in=benefits)}
    ahead = _queue_positions([e for e in mine.values() if e.state == EntitlementState.WAITING])
    tickets = []
    for benefit in benefits:
        state, words = _state(benefit, mine.get(benefit.pk), ahead.get(benefit.pk, 0))
        shops = tuple(m.name for m in benefit.merchants.all() if m.is_active)
        tickets.append(
            Ticket(
                benefit.uid, benefit.kind, benefit.name, benefit.value_text, benefit.detail, state, words,
                benefit.ends_on, shops,
            )
        )  # fmt: skip
    order = {"ready": 0, "waiting": 1, "open": 2, "paused": 3, "used": 4}
    return sorted(tickets, key=lambda t: (order[t.state], t.name))


def package_for(user: Actor) -> list[Shelf]:
    """The package by kind: life first, then work, then political; empty kinds left out."""
    tickets = tickets_of(user)
    kinds = (Kind.LIFE, Kind.WORK, Kind.POLITICAL)
    shelves = [Shelf(kind, kind.label, [t for t in tickets if t.kind == kind]) for kind in kinds]
    return [shelf for shelf in shelves if shelf.tickets]


def merchant_of(user: Actor) -> Merchant | None:
    """The first shop, by name, for which the user verifies."""
    return Merchant.objects.served_by(user).active().order_by("pinyin", "pk").first()


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use as the merchant reads it: what and when, never who."""

    benefit: str
    at: dt.datetime


def uses_of(merchant: Merchant, limit: int = 100) -> list[UseLine]:
    """The merchant's own record, newest first."""
    rows = VoucherUse.objects.filter(merchant=merchant).order_by("-at")
    names = rows.values_list("voucher__entitlement__benefit__name", "at")[:limit]
    return [UseLine(name, at) for name, at in names]


def used_by_benefit(merchant: Merchant) -> list[tuple[Benefit, int]]:
    """What the merchant offers and how often it was used here, by name."""
    offers = merchant.benefits.filter(state__in=[BenefitState.LIVE, BenefitState.PAUSED]).order_by("name")
    counted = dict(
        VoucherUse.objects.filter(merchant=merchant)
        .values_list("voucher__entitlement__benefit_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return [(benefit, counted.get(benefit.pk, 0)) for benefit in offers]
