"""Who shops where, what is on offer, what somebody has reserved, what the desk of a day needs. Few queries each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.functional import Promise

from foundation import clock
from rewards.points.models import PointsAccount
from rewards.store.models import (
    Category,
    Collector,
    ExchangeDay,
    Goods,
    Movement,
    Passbook,
    Redemption,
    RedemptionState,
    Store,
    Why,
)
from volunteers.homes.models import Resident, ResidentState
from volunteers.people.models import Person
from volunteers.units.models import THREE_HEADS, Appointment, Unit
from volunteers.units.querysets import under

AFTER_THE_ROLE = dt.timedelta(days=90)
"""Points stay spendable so long after a role has ended."""


def _served(on: dt.date) -> QuerySet[Appointment]:
    """Roles of leaders held on a day, or ended not too long before."""
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=on - AFTER_THE_ROLE)
    return Appointment.objects.of_roles(THREE_HEADS).filter(lasting, starts_on__lte=on)


def _accounts() -> QuerySet[PointsAccount]:
    """Of whoever was ever given points: whoever has spent the last one still belongs to the store."""
    return PointsAccount.objects.filter(kind="person")


def places_of(person_id: int) -> list[str]:
    """Paths of the units at whose store a person may shop: their roles', and their home's when they have an account."""
    paths = list(_served(clock.today()).filter(person_id=person_id).values_list("unit__path", flat=True))
    home = Resident.objects.filter(person_id=person_id, state=ResidentState.CONFIRMED)
    if _accounts().filter(person_id=person_id).exists():
        paths += home.values_list("neighbourhood__path", flat=True)
    return paths


def stores_of(person_id: int | None) -> list[Store]:
    """The stores of a person's communities, the nearest first. Three queries, one more for the stores."""
    above = {
        path[:end] for path in places_of(person_id or 0) for end in range(Unit.steplen, len(path) + 1, Unit.steplen)
    }
    if not above:
        return []
    rows = Store.objects.filter(unit__path__in=above).select_related("unit")
    return sorted(rows, key=lambda one: (-len(one.unit.path), one.pinyin, one.pk))


def shoppers(store: Store) -> QuerySet[Person]:
    """Persons who may shop there; by the same rule as `stores_of`."""
    return served_below([store.unit.path])


def served_below(paths: Iterable[str]) -> QuerySet[Person]:
    """Persons whom stores serve for a role or a home in the units at the paths or below."""
    listed = list(paths)
    leaders = _served(clock.today()).filter(under(listed, "unit__path")).values("person_id")
    residents = Resident.objects.filter(
        under(listed, "neighbourhood__path"), state=ResidentState.CONFIRMED,
        person_id__in=_accounts().values("person_id"),
    ).values("person_id")  # fmt: skip
    return Person.objects.living().filter(Q(pk__in=leaders) | Q(pk__in=residents))


def price_of(goods: Goods, on: dt.date | None = None) -> int | None:
    """What a piece costs on a day; None before its first price."""
    rows = goods.prices.filter(starts_on__lte=on or clock.today()).order_by("-starts_on")
    return rows.values_list("points", flat=True).first()


def last_paid(goods: Goods) -> int:
    """What a piece did cost when some came in last, in fen; 0 before the first."""
    rows = goods.movements.filter(why=Why.INTAKE).order_by("-at", "pk")
    return rows.values_list("cost_fen", flat=True).first() or 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """The goods of one category, by name."""

    label: str | Promise
    goods: list[Goods]


def shelves_of(store: Store) -> list[Shelf]:
    """What is on offer, shelf by shelf; empty shelves left out. One query."""
    rows = list(store.goods.on_offer())
    shelves = [Shelf(Category(one).label, [row for row in rows if row.category == one]) for one in Category]
    return [shelf for shelf in shelves if shelf.goods]


def next_day(store: Store) -> ExchangeDay | None:
    """The next exchange day, today's included."""
    day: ExchangeDay | None = store.days.from_today().first()
    if day is not None:
        day.store = store
    return day


def kept_until(day: ExchangeDay | None) -> dt.datetime:
    """How long a reservation waits: some days after the exchange day, twice as many where none is planned."""
    keep = settings.STORE_KEEP_DAYS
    last = day.on + dt.timedelta(days=keep) if day else clock.today() + dt.timedelta(days=2 * keep)
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, timezone.get_default_timezone())
    return midnight.astimezone(dt.UTC)


def with_names(rows: QuerySet[Redemption]) -> QuerySet[Redemption]:
    """With everything that a line of a list names."""
    return rows.select_related("person", "goods", "store", "day", "collector__collector")


def reserved_by(person_id: int) -> list[Redemption]:
    """A person's own reservations that wait to be collected."""
    rows = Redemption.objects.of_person(person_id).filter(state=RedemptionState.RESERVED)
    return list(with_names(rows).order_by("until", "reserved_at"))


def lately_of(person_id: int, limit: int = 10) -> list[Redemption]:
    """What became of a person's own former reservations, newest first."""
    rows = Redemption.objects.of_person(person_id).exclude(state=RedemptionState.RESERVED)
    return list(with_names(rows).order_by("-reserved_at")[:limit])


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody on the list of the desk: what they collect, and who may collect for them."""

    person: Person
    reserved: list[Redemption]
    collectors: list[Collector]


def customers(rows: QuerySet[Redemption]) -> list[Customer]:
    """The reservations by person, by the sound of the name. Two queries, whatever the number."""
    listed = list(with_names(rows).order_by("person__pinyin", "person_id", "goods__pinyin"))
    named: dict[int, list[Collector]] = {}
    may = Collector.objects.filter(person_id__in={one.person_id for one in listed}, ended_at__isnull=True)
    for one in may.select_related("collector").order_by("pk"):
        named.setdefault(one.person_id, []).append(one)
    found: dict[int, Customer] = {}
    for row in listed:
        customer = found.setdefault(row.person_id, Customer(row.person, [], named.get(row.person_id, [])))
        customer.reserved.append(row)
    return list(found.values())


def waiting_at(store: Store, day: ExchangeDay | None = None) -> QuerySet[Redemption]:
    """What waits to be collected in a store; of one exchange day when it is named."""
    rows = Redemption.objects.filter(store=store, state=RedemptionState.RESERVED)
    return rows.filter(day=day) if day else rows


def passbook_of(person_id: int) -> Passbook | None:
    """The one in use."""
    return Passbook.objects.of_person(person_id).filter(ended_at__isnull=True).first()


@dataclass(frozen=True, slots=True)
class Cost:
    """What the goods collected in a month did cost a unit."""

    unit_id: int
    month: dt.date
    pieces: int
    fen: int


def costs(unit_ids: Iterable[int], start: dt.date, end: dt.date) -> list[Cost]:
    """Cost of the goods that were handed out, less what came back, by unit and month; for the reports."""
    zone = timezone.get_default_timezone()
    since, before = (dt.datetime.combine(day, dt.time.min, zone) for day in (start, end))
    moved = Movement.objects.filter(
        why__in=[Why.COLLECTED, Why.RETURNED], goods__store__unit_id__in=list(unit_ids), at__gte=since, at__lt=before
    )
    rows = (
        moved.annotate(month=TruncMonth("at"))
        .values_list("goods__store__unit_id", "month")
        .annotate(pieces=-Sum("quantity"), fen=-Sum(F("quantity") * F("cost_fen")))
        .order_by("goods__store__unit_id", "month")
    )
    return [Cost(unit_id, month.date(), pieces, fen) for unit_id, month, pieces, fen in rows]
