"""What a leader has, and what a merchant gives. Constant numbers of queries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import clock
from foundation.actors import Actor
from rewards.benefits.entitled import benefits_of, given_to, kept_by
from rewards.benefits.models import (
    Benefit,
    BenefitState,
    Entitlement,
    EntitlementState,
    Kind,
    Merchant,
    Renewal,
    VoucherUse,
)
from rewards.benefits.periods import state_now, uses_left
from volunteers.units.models import Appointment, Unit
from volunteers.units.rights import grants, person_id_of

COMMUNITY_WIDTH, STREET_WIDTH = 3 * Unit.steplen, 2 * Unit.steplen
NEW_DAYS = 30
NOT_HELD = {EntitlementState.RETURNED, EntitlementState.REVOKED}
NEARNESS = (gettext_lazy("本社区"), gettext_lazy("本街道"), gettext_lazy("区里"))
_ORDER = {"ready": 0, "claim": 1, "waiting": 2, "open": 3, "paused": 4, "used": 5}


@dataclass(frozen=True, slots=True)
class Shop:
    """Where a benefit is given. `near` is 0 in one's own community, 1 in the street, 2 elsewhere."""

    name: str
    address: str
    near: int

    @property
    def nearness(self) -> str | Promise:
        """In a word, from the units alone: nobody's position is asked for."""
        return NEARNESS[self.near]


@dataclass(frozen=True, slots=True)
class Ticket:
    """One benefit as its owner meets it.

    `state` is ready, claim (a place, or the line, is to be had), open (nothing to show), waiting, used or paused.
    """

    uid: uuid.UUID
    kind: str
    name: str
    value_text: str
    detail: str
    state: str
    words: str
    ends_on: dt.date
    shops: tuple[Shop, ...]
    is_new: bool
    live_since: dt.datetime | None

    @property
    def merchants(self) -> list[str]:
        """The names of the shops, the nearest first."""
        return [shop.name for shop in self.shops]

    @property
    def near(self) -> int:
        """How near the nearest shop is."""
        return self.shops[0].near if self.shops else len(NEARNESS) - 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """Tickets under one heading."""

    kind: str
    label: str | Promise
    tickets: list[Ticket]


def _left_words(benefit: Benefit, left: int) -> str:
    period = {
        Renewal.MONTH: _("本月剩 %d 次"), Renewal.QUARTER: _("本季剩 %d 次"), Renewal.YEAR: _("今年剩 %d 次"),
    }.get(Renewal(benefit.renews), _("剩 %d 次"))  # fmt: skip
    return period % left


def _used_words(benefit: Benefit) -> str:
    again = {Renewal.MONTH: _("下月再来"), Renewal.QUARTER: _("下季再来"), Renewal.YEAR: _("明年再来")}
    return again.get(Renewal(benefit.renews), _("用过了"))


def _state(benefit: Benefit, mine: Entitlement | None, ahead: int, free: int) -> tuple[str, str]:
    if benefit.state == BenefitState.PAUSED:
        return "paused", benefit.pause_note or _("暂停中，恢复了告诉您")
    held = mine if mine and mine.state not in NOT_HELD else None
    if held and held.state == EntitlementState.WAITING:
        return "waiting", _("第 %d 位") % (ahead + 1)
    if benefit.places is not None and held is None:
        return "claim", _("还有 %d 个") % free if free > 0 else _("可以候补")
    if held and state_now(benefit, held) in {EntitlementState.USED_UP, EntitlementState.EXPIRED}:
        return "used", _used_words(benefit)
    if not benefit.needs_code:
        return "open", _("不用您操作")
    left = uses_left(benefit, held)
    if left is None:
        return "ready", _("不限次数")
    return ("ready", _left_words(benefit, left)) if left else ("used", _used_words(benefit))


def places_in_line(waiting: Iterable[Entitlement]) -> dict[int, int]:
    """How many wait before each of these, by benefit; one query."""
    before = Q(waiting_since__lt=OuterRef("waiting_since")) | Q(
        waiting_since=OuterRef("waiting_since"), pk__lt=OuterRef("pk")
    )
    line = Entitlement.objects.filter(before, benefit_id=OuterRef("benefit_id"), state=EntitlementState.WAITING)
    counted = line.order_by().values("benefit_id").annotate(n=Count("pk")).values("n")
    rows = Entitlement.objects.filter(pk__in=[row.pk for row in waiting])
    ahead = rows.annotate(ahead=Subquery(counted, output_field=IntegerField())).values_list("benefit_id", "ahead")
    return {benefit_id: n or 0 for benefit_id, n in ahead}


def places_taken(benefits: Iterable[Benefit]) -> dict[int, int]:
    """How many places are taken, by benefit; one query."""
    rows = Entitlement.objects.filter(benefit__in=list(benefits)).placed()
    return dict(rows.order_by().values_list("benefit_id").annotate(n=Count("pk")))


def _nearness(user: Actor) -> Callable[[Merchant], int]:
    paths = [grant.path for grant in grants(user)]
    communities = {path[:COMMUNITY_WIDTH] for path in paths if len(path) >= COMMUNITY_WIDTH}
    streets = {path[:STREET_WIDTH] for path in paths if len(path) >= STREET_WIDTH}

    def near(shop: Merchant) -> int:
        path = shop.unit.path
        if path[:COMMUNITY_WIDTH] in communities:
            return 0
        return 1 if path[:STREET_WIDTH] in streets else 2

    return near


def tickets_of(user: Actor) -> list[Ticket]:
    """Everything the user's roles give, each once; those that can be shown first, then by name."""
    benefits = list(benefits_of(user))
    rows = Entitlement.objects.filter(person_id=person_id_of(user), benefit__in=benefits)
    mine = {row.benefit_id: row for row in rows}
    waiting = [row for row in mine.values() if row.state == EntitlementState.WAITING]
    ahead = places_in_line(waiting) if waiting else {}
    counted = [b for b in benefits if b.places is not None and (b.pk not in mine or mine[b.pk].state in NOT_HELD)]
    taken = places_taken(counted) if counted else {}
    near, fresh_since = _nearness(user), clock.now() - dt.timedelta(days=NEW_DAYS)
    tickets = []
    for benefit in benefits:
        free = (benefit.places or 0) - taken.get(benefit.pk, 0)
        state, words = _state(benefit, mine.get(benefit.pk), ahead.get(benefit.pk, 0), free)
        shops = [Shop(one.name, one.address, near(one)) for one in benefit.merchants.all() if one.is_active]
        tickets.append(
            Ticket(
                uid=benefit.uid,
                kind=benefit.kind,
                name=benefit.name,
                value_text=benefit.value_text,
                detail=benefit.detail,
                state=state,
                words=words,
                ends_on=benefit.ends_on,
                shops=tuple(sorted(shops, key=lambda shop: (shop.near, shop.name))),
                is_new=benefit.live_since is not None and benefit.live_since > fresh_since,
                live_since=benefit.live_since,
            )
        )
    return sorted(tickets, key=lambda ticket: (_ORDER[ticket.state], ticket.name))


def by_kind(tickets: list[Ticket]) -> list[Shelf]:
    """By kind: life first, then work, then political; empty kinds left out."""
    kinds = (Kind.LIFE, Kind.WORK, Kind.POLITICAL)
    shelves = [Shelf(kind, kind.label, [t for t in tickets if t.kind == kind]) for kind in kinds]
    return [shelf for shelf in shelves if shelf.tickets]


def by_nearness(tickets: list[Ticket]) -> list[Shelf]:
    """What can be had in a shop, by how near the nearest one is."""
    had = [t for t in tickets if t.shops and t.state in {"ready", "claim", "waiting"}]
    shelves = [Shelf(f"near{n}", NEARNESS[n], [t for t in had if t.near == n]) for n in range(len(NEARNESS))]
    return [shelf for shelf in shelves if shelf.tickets]


def newest(tickets: list[Ticket]) -> list[Shelf]:
    """What came in the last weeks, the latest first."""
    fresh = sorted(
        (t for t in tickets if t.is_new and t.live_since), key=lambda t: t.live_since or clock.now(), reverse=True
    )
    return [Shelf("new", _("最近一个月新来的"), fresh)] if fresh else []


def tickets_by_post(post: Appointment) -> list[tuple[Benefit, str]]:
    """What one role gives that is shown at a counter and still can be, by name, with how much is left; for a paper."""
    had = given_to([(post.role, post.unit.path)]) | kept_by(post.person_id, [(post.role, post.unit_id)])
    shown, today = Benefit.objects.filter(had, needs_code=True, state=BenefitState.LIVE), clock.today()
    benefits = list(shown.filter(starts_on__lte=today, ends_on__gte=today).select_related("package__unit"))
    rows = Entitlement.objects.filter(person_id=post.person_id, benefit__in=benefits)
    held = {row.benefit_id: row for row in rows}
    taken = places_taken(benefit for benefit in benefits if benefit.places is not None)
    found = []
    for benefit in sorted(benefits, key=lambda one: one.name):
        free = (benefit.places or 0) - taken.get(benefit.pk, 0)
        state, words = _state(benefit, held.get(benefit.pk), 0, free)
        if state in {"ready", "claim"}:
            found.append((benefit, words))
    return found


@dataclass(frozen=True, slots=True)
class MyUse:
    """One use as its owner reads it."""

    benefit: str
    shop: str
    at: dt.datetime
    is_voided: bool


def my_uses(user: Actor, benefit: Benefit | None = None, limit: int = 100) -> list[MyUse]:
    """What the user has used, newest first; one query."""
    rows = VoucherUse.objects.filter(voucher__entitlement__person_id=person_id_of(user))
    if benefit is not None:
        rows = rows.filter(voucher__entitlement__benefit=benefit)
    names = ("voucher__entitlement__benefit__name", "merchant__name", "at", "void__pk")
    return [
        MyUse(name, shop, at, bool(void)) for name, shop, at, void in rows.order_by("-at").values_list(*names)[:limit]
    ]
