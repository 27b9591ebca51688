"""A shop's own record and month, what it gives, whether promises are kept. Counts and times, never persons."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from foundation import clock
from foundation.actors import Actor
from foundation.errors import Denied
from rewards.benefits.models import (
    Benefit,
    BenefitState,
    Merchant,
    MerchantState,
    RefusalReport,
    RefusalState,
    VoucherUse,
)
from rewards.merchants.models import MerchantWish, Want, WishState
from volunteers.units.models import Level, Unit

FEWEST = 10
"""Below so many a rate would point at single visits."""
MONTHS_SHOWN = 12
EARLIEST = dt.date(2000, 1, 1)
"""No shop has a month before."""
SHOWN_STATES = (BenefitState.LIVE, BenefitState.PAUSED)


# -- which shop --------------------------------------------------------------------------------------------------------


def shops_served(user: Actor) -> list[Merchant]:
    """The shops somebody works for today, by name; raises `Denied` for whoever works for none."""
    shops = list(Merchant.objects.served_by(user).select_related("unit").order_by("pinyin", "pk"))
    if not shops:
        raise Denied
    return shops


def chosen_among(shops: list[Merchant], uid: str) -> Merchant:
    """The shop that was chosen, else the first."""
    return next((shop for shop in shops if str(shop.uid) == uid), shops[0])


# -- the record --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use as the shop reads it: what and when, whether it was taken back; never who."""

    id: uuid.UUID
    benefit: str
    at: dt.datetime
    is_voided: bool

    @property
    def can_be_voided(self) -> bool:
        """On its day only."""
        return not self.is_voided and timezone.localtime(self.at).date() == clock.today()


def _uses(merchant: Merchant) -> QuerySet[VoucherUse]:
    return VoucherUse.objects.filter(merchant=merchant)


def _lines(rows: QuerySet[VoucherUse], limit: int) -> list[UseLine]:
    told = rows.order_by("-at", "-pk").values_list("id", "voucher__entitlement__benefit__name", "at", "void__at")
    return [UseLine(id_, name, at, voided is not None) for id_, name, at, voided in told[:limit]]


def uses_today(merchant: Merchant, limit: int = 200) -> list[UseLine]:
    """Today's uses, newest first."""
    return _lines(_uses(merchant).filter(at__gte=_midnight(clock.today())), limit)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


@dataclass(frozen=True, slots=True)
class Day:
    """What was used on a day, by offer, by name."""

    day: dt.date
    offers: list[tuple[str, int]]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(count for _name, count in self.offers)


@dataclass(frozen=True, slots=True)
class Statement:
    """A shop's month: uses by day and by offer, and how many were taken back."""

    month: dt.date
    days: list[Day]
    offers: list[tuple[str, int]]
    voided: int

    @property
    def total(self) -> int:
        """Uses that stand."""
        return sum(count for _name, count in self.offers)


def _next(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=32)).replace(day=1)


def statement(merchant: Merchant, month: dt.date) -> Statement:
    """The month that begins on a day; two queries."""
    rows = _uses(merchant).filter(at__gte=_midnight(month), at__lt=_midnight(_next(month)))
    counted = (
        rows.filter(void__isnull=True)
        .annotate(day=TruncDate("at"))
        .values_list("day", "voucher__entitlement__benefit__name")
        .annotate(n=Count("pk"))
        .order_by("day", "voucher__entitlement__benefit__name")
    )
    days: dict[dt.date, Day] = {}
    offers: dict[str, int] = {}
    for day, name, count in counted:
        days.setdefault(day, Day(day, [])).offers.append((name, count))
        offers[name] = offers.get(name, 0) + count
    return Statement(month, list(days.values()), sorted(offers.items()), rows.filter(void__isnull=False).count())


def _first_day(merchant: Merchant) -> dt.date:
    at = _uses(merchant).order_by("at").values_list("at", flat=True).first()
    day = timezone.localtime(at).date() if at else clock.today()
    return min(day, merchant.starts_on or day)


def months_of(merchant: Merchant) -> list[dt.date]:
    """The months to choose from: this one and those before, down to the shop's first, a year at most."""
    first, month = _first_day(merchant).replace(day=1), clock.today().replace(day=1)
    months = [month]
    while month > first and len(months) < MONTHS_SHOWN:
        month = (month - dt.timedelta(days=1)).replace(day=1)
        months.append(month)
    return months


# -- what it gives -----------------------------------------------------------------------------------------------------


def set_aside(merchant: Merchant) -> QuerySet[Benefit]:
    """What others go on giving since the shop paused its own part: it may come back to it."""
    answered = MerchantWish.objects.filter(merchant=merchant, benefit=OuterRef("pk"), state=WishState.TAKEN)
    last = Subquery(answered.order_by("-decided_at").values("want")[:1])
    running = Benefit.objects.filter(state__in=SHOWN_STATES).exclude(merchants=merchant)
    return running.annotate(last_want=last).filter(last_want=Want.PAUSE)


def asked_about(merchant: Merchant) -> QuerySet[Benefit]:
    """What a shop may ask something about: what it gives, and what it paused while others go on."""
    mine = Q(merchants=merchant) | Q(pk__in=set_aside(merchant).values("pk"))
    return Benefit.objects.filter(mine).exclude(state=BenefitState.ENDED).distinct()


@dataclass(frozen=True, slots=True)
class Given:
    """What a shop gives, how often it was used there, and what it asked about it; `is_aside`: others give it now."""

    benefit: Benefit
    used: int
    wish: MerchantWish | None
    is_aside: bool


def given_by(merchant: Merchant) -> list[Given]:
    """By name; four queries."""
    offers = asked_about(merchant).order_by("name", "pk")
    aside = set(set_aside(merchant).values_list("pk", flat=True))
    counts = _uses(merchant).filter(void__isnull=True).values_list("voucher__entitlement__benefit_id")
    used = dict(counts.annotate(n=Count("pk")).order_by())
    waiting = MerchantWish.objects.filter(merchant=merchant, state=WishState.WAITING, benefit__isnull=False)
    wishes = {wish.benefit_id: wish for wish in waiting}
    return [Given(one, used.get(one.pk, 0), wishes.get(one.pk), one.pk in aside) for one in offers]


def proposals_of(merchant: Merchant, limit: int = 20) -> list[MerchantWish]:
    """What the shop proposed and what became of it, newest first."""
    rows = MerchantWish.objects.filter(merchant=merchant, want="offer").select_related("benefit")
    return list(rows.order_by("-at", "-pk")[:limit])


# -- whether promises are kept -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Promises kept in the last twelve months: uses, and refusals that were confirmed (兑现率)."""

    used: int
    refused: int

    @property
    def n(self) -> int:
        """Both together."""
        return self.used + self.refused

    @property
    def percent(self) -> int | None:
        """Kept of a hundred; None below ten, where it would say nothing."""
        return None if self.n < FEWEST else round(100 * self.used / self.n)


def fulfilment_of(merchants: Iterable[int]) -> dict[int, Fulfilment]:
    """By merchant; two queries for any number. For staff and for the shop itself; nothing is sorted by it."""
    keys, since = list(merchants), clock.now() - dt.timedelta(days=365)
    uses = VoucherUse.objects.filter(merchant__in=keys, at__gt=since, void__isnull=True).order_by()
    used = dict(uses.values_list("merchant_id").annotate(n=Count("pk")))
    confirmed = RefusalReport.objects.filter(merchant__in=keys, state=RefusalState.CONFIRMED, at__gt=since).order_by()
    refused = dict(confirmed.values_list("merchant_id").annotate(n=Count("pk")))
    return {key: Fulfilment(used.get(key, 0), refused.get(key, 0)) for key in keys}


def need_a_hand(merchants: QuerySet[Merchant]) -> QuerySet[Merchant]:
    """Partners somebody should talk to: a report waits, nobody verifies there, or no agreement is on file."""
    today = clock.today()
    reported = RefusalReport.objects.filter(state=RefusalState.OPEN).values("benefit__merchants")
    staffed = Q(clerks__ends_on__isnull=True) | Q(clerks__ends_on__gte=today)
    manned = Merchant.objects.filter(staffed, clerks__starts_on__lte=today).values("pk")
    agreed = Merchant.objects.filter(agreements__isnull=False).values("pk")
    wanting = Q(pk__in=reported) | ~Q(pk__in=manned) | ~Q(pk__in=agreed)
    return merchants.partners().filter(wanting)  # type: ignore[attr-defined]


# -- for everybody -----------------------------------------------------------------------------------------------------


def shops_by_community() -> list[tuple[Unit, list[Merchant]]]:
    """Every shop that is in, by place and name: nobody stands before another for anything else."""
    rows = Merchant.objects.filter(state=MerchantState.ACTIVE).select_related("unit")
    found: dict[int, tuple[Unit, list[Merchant]]] = {}
    for shop in rows.order_by("unit__path", "pinyin", "pk"):
        found.setdefault(shop.unit_id, (shop.unit, []))[1].append(shop)
    return list(found.values())


def offers_shown(merchant: Merchant) -> list[Benefit]:
    """What a shop gives leaders today, by name."""
    today = clock.today()
    rows = merchant.benefits.filter(state__in=SHOWN_STATES, starts_on__lte=today, ends_on__gte=today)
    return list(rows.order_by("name", "pk"))


def communities() -> QuerySet[Unit]:
    """Where a shop can be, as they lie in the tree."""
    return Unit.objects.current().at(Level.COMMUNITY).order_by("path")


def district_name() -> str:
    """Who says thank you."""
    return Unit.objects.at(Level.DISTRICT).values_list("name", flat=True).first() or ""
