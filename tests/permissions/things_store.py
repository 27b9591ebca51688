"""A store with goods, a reservation, an exchange day, a stock-taking, a passbook and money, of every unit."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from typing import Any

from django.utils import timezone

from foundation.actors import SYSTEM
from rewards.points.accounts import account_id_of, provider_account_id, system_account_id
from rewards.points.models import AccountKind
from rewards.points.services import move_points
from rewards.store.models import (
    Collector,
    CountLine,
    CountState,
    ExchangeDay,
    Goods,
    GoodsBudget,
    Passbook,
    PassbookPrint,
    Settlement,
    StockCount,
    Store,
    Why,
)
from rewards.store.services import book
from rewards.store.stock import keep_goods, move
from tests.permissions.world import World, _holder
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import THREE_HEADS, Appointment, Unit

STOCK = 9


def _points(account_id: int) -> None:
    move_points(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account_id, points=50, rule="task_done",
        source_key=f"matrix:{uuid.uuid4()}", reason="帮忙", unit_id=None, acting_user=SYSTEM,
    )  # fmt: skip


def _served(store: Store, name: str) -> Person:
    """A leader of the store's community who is nobody's visitor."""
    person = Person.objects.create(name=name)
    today = timezone.localdate()
    Appointment.objects.create(person=person, role=THREE_HEADS[1], unit=store.unit, starts_on=today, ends_on=today)
    return person


def _paper(store: Store, keeper: User, name: str) -> Passbook:
    number = f"{secrets.randbelow(10**10):010d}"
    person = _served(store, f"存折{name}")
    passbook: Passbook = Passbook.objects.create(
        person=person, unit=store.unit, number=number, issued_by=keeper, page=1
    )
    PassbookPrint.objects.create(
        id=uuid.uuid4(), passbook=passbook, first_page=1, last_page=1, before=0, after=0, printed_by=keeper
    )
    return passbook


def _goods(store: Store, name: str) -> Goods:
    goods = keep_goods(goods=Goods(store=store, name=name, measure="1 瓶"), points=5, acting_user=SYSTEM)
    move(goods=goods, quantity=STOCK, why=Why.INTAKE, acting_user=SYSTEM)
    return goods


def _count(unit: Unit, name: str, keeper: User) -> StockCount:
    """In a store of its own: where one waits, no other is begun."""
    store = Store.objects.create(unit=unit, name=f"分店{name}", place="二楼")
    goods = _goods(store, f"香皂{name}")
    count: StockCount = StockCount.objects.create(
        store=store, state=CountState.WAITING, reason="少了一件", entered_by=keeper, fingerprint="0" * 64
    )
    CountLine.objects.create(count=count, goods=goods, booked=STOCK, counted=STOCK - 1)
    return count


def _money(store: Store, keeper: User) -> tuple[GoodsBudget, Settlement]:
    today = timezone.localdate()
    budget, _new = GoodsBudget.objects.get_or_create(unit=store.unit, year=today.year, defaults={"fen": 100_000})
    month = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    settlement: Settlement = Settlement.objects.create(store=store, month=month, points=10, asked_by=keeper)
    return budget, settlement


def add(world: World, name: str, unit: Unit) -> None:
    """The store lies in the unit's community, or in the unit itself where that is higher."""
    held = _holder(unit)
    keeper = User.objects.create(username=f"keeper-{name}-{unit.pk}")
    store = Store.objects.create(
        unit=Unit.objects.get(path=unit.path[: 3 * Unit.steplen]), name=f"超市{name}", place="一楼"
    )
    goods = _goods(store, f"洗衣液{name}")
    day = ExchangeDay.objects.create(store=store, on=timezone.localdate() + dt.timedelta(days=3))
    _points(account_id_of(held.person_id))
    _points(provider_account_id(store.uid))
    redemption = book(id=uuid.uuid4(), goods=goods, quantity=1, person_id=held.person_id, acting_user=SYSTEM)
    budget, settlement = _money(store, keeper)
    things: dict[str, Any] = {
        "shop": store, "goods": goods, "exchange": day, "redemption": redemption,
        "stock_count": _count(store.unit, name, keeper), "goods_budget": budget, "settlement": settlement,
        "passbook": _paper(store, keeper, name),
        "collector": Collector.objects.create(person=held.person, name=f"侄女{name}", named_by=keeper),
    }  # fmt: skip
    guest = _served(store, f"顾客{name}")  # somebody at the counter
    _points(account_id_of(guest.pk))
    store.guest = guest  # type: ignore[attr-defined]
    for sort, thing in things.items():
        world.things[sort, name] = thing
