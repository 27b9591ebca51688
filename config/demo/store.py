"""Points stores of the sample district: goods of daily life, an exchange day next week, reservations, a passbook."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import dataclass

from config.demo.people import Ground
from config.demo.personas import LEADER, WORKER
from config.demo.when import Calendar
from foundation.actors import SYSTEM
from rewards.points.models import PointsAccount
from rewards.store import collectors, days, desk, passbooks, services
from rewards.store.models import Category, ExchangeDay, Goods, GoodsBudget, Movement, Price, Store, Why
from rewards.store.selectors import shoppers
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Unit

STORES = 4
BUDGET_FEN = 1_200_000
CUSTOMERS = 8
WANTED = "洗衣液"
"""What the leader of the demo has reserved."""


@dataclass(frozen=True, slots=True)
class Ware:
    """One sort of goods: what it costs in points, and what a piece did cost, in fen."""

    name: str
    measure: str
    category: Category
    points: int
    fen: int
    pieces: int
    most: int | None = None


WARES: tuple[Ware, ...] = (
    Ware("东北大米", "5 公斤一袋", Category.FOOD, 32, 2980, 24, 2),
    Ware("小麦粉", "2.5 公斤一袋", Category.FOOD, 16, 1450, 18),
    Ware("菜籽油", "1.8 升一桶", Category.FOOD, 30, 2760, 16, 1),
    Ware("挂面", "1 公斤一把", Category.FOOD, 8, 690, 40),
    Ware("鸡蛋", "15 枚一盒", Category.FOOD, 14, 1280, 20, 2),
    Ware("食盐", "400 克一袋", Category.FOOD, 3, 220, 60),
    Ware(WANTED, "2 公斤一瓶", Category.WASH, 18, 1650, 30),
    Ware("香皂", "125 克一块", Category.WASH, 4, 350, 60),
    Ware("洗洁精", "1 公斤一瓶", Category.WASH, 7, 590, 36),
    Ware("牙膏", "120 克一支", Category.WASH, 8, 720, 40),
    Ware("洗手液", "500 毫升一瓶", Category.WASH, 9, 790, 30),
    Ware("卷纸", "10 卷一提", Category.WASH, 15, 1380, 32),
    Ware("抽纸", "6 包一提", Category.WASH, 12, 1090, 32),
    Ware("雨伞", "折叠，一把", Category.HOME, 22, 1990, 12),
    Ware("保温杯", "500 毫升一个", Category.HOME, 36, 3250, 10, 1),
    Ware("毛巾", "纯棉，一条", Category.HOME, 8, 690, 40),
    Ware("手电筒", "充电，一个", Category.HOME, 25, 2280, 10),
    Ware("围裙", "防水，一条", Category.HOME, 10, 880, 16),
    Ware("五号电池", "8 节一板", Category.HOME, 12, 1050, 24),
    Ware("感恩贺卡", "一套 6 张", Category.OTHER, 5, 420, 20),
)


def load_store(ground: Ground, rng: random.Random, calendar: Calendar) -> tuple[int, int]:
    """Stores in the home community and some others; after the ledger is written. Returns stores and reservations."""
    others = [one for one in ground.communities if one.pk != ground.home_community.pk]
    places = [ground.home_community, *rng.sample(others, min(len(others), STORES - 1))]
    reserved = 0
    for unit in places:
        store = _open(unit, calendar)
        _fill(store, rng, calendar)
        reserved += _serve(store, ground, rng)
    return len(places), reserved


def _open(unit: Unit, calendar: Calendar) -> Store:
    store: Store = Store.objects.create(
        unit=unit, name=f"{unit.name}积分超市", place=f"{unit.name}党群服务中心一楼", opening="周二、周五 9:00 到 11:30"
    )
    GoodsBudget.objects.create(unit=unit, year=calendar.today.year, fen=BUDGET_FEN)
    days.keep_day(
        day=ExchangeDay(store=store, on=calendar.today + dt.timedelta(days=6), hours="9:00 到 11:30"),
        acting_user=SYSTEM,
    )
    return store


def _fill(store: Store, rng: random.Random, calendar: Calendar) -> None:
    """Bought four weeks ago, within the budget; in bulk, as twenty intakes would have written it."""
    at, spent = calendar.at(28, 15), 0
    goods = [
        Goods(
            store=store, name=ware.name, measure=ware.measure, category=ware.category, cost_fen=ware.fen,
            most_a_month=ware.most, stock=max(2, ware.pieces + rng.randint(-4, 4)),
        )
        for ware in WARES
    ]  # fmt: skip
    for one in goods:
        one.save()
    Price.objects.bulk_create(
        Price(goods=one, starts_on=calendar.today - dt.timedelta(days=30), points=ware.points)
        for one, ware in zip(goods, WARES, strict=True)
    )
    Movement.objects.bulk_create(
        Movement(goods=one, why=Why.INTAKE, quantity=one.stock, cost_fen=one.cost_fen, reason="第一批进货", at=at)
        for one in goods
    )
    spent = sum(one.stock * one.cost_fen for one in goods)
    GoodsBudget.objects.filter(unit=store.unit, year=calendar.today.year).update(spent_fen=spent)


def _serve(store: Store, ground: Ground, rng: random.Random) -> int:
    """Some leaders reserve what they can afford; some have collected; one has a passbook."""
    home = store.unit_id == ground.home_community.pk
    rich = PointsAccount.objects.filter(person__in=shoppers(store), balance__gte=10).order_by("person_id")
    people = list(rich.values_list("person_id", "balance")[: CUSTOMERS * 4])
    leader, worker = (User.objects.get(person__in=Person.objects.by_phone(one.phone)) for one in (LEADER, WORKER))
    if home:
        _leaders_own(store, leader, worker)
    people, count = [one for one in people if one[0] != leader.person_id], int(home)
    goods = list(store.goods.on_offer())
    for person_id, balance in rng.sample(people, min(len(people), CUSTOMERS)):
        wanted = rng.choice([one for one in goods if one.price <= balance] or [goods[-1]])
        made = services.book(
            id=uuid.UUID(int=rng.getrandbits(128), version=4), goods=wanted, quantity=1, person_id=person_id,
            acting_user=SYSTEM,
        )  # fmt: skip
        count += 1
        if home and rng.random() < 0.3:
            desk.collect(redemption=made, acting_user=worker)
    return count


def _leaders_own(store: Store, leader: User, worker: User) -> None:
    """The leader of the demo has reserved something, named her niece, and has a passbook with a page in it."""
    person = leader.person
    assert person is not None
    goods = store.goods.on_offer().get(name=WANTED)
    services.book(id=uuid.uuid4(), goods=goods, quantity=1, person_id=person.pk, acting_user=leader)
    collectors.name_collector(uid=uuid.uuid4(), person=person, name="周小燕", relation="侄女", acting_user=leader)
    book = passbooks.issue(person=person, store=store, acting_user=worker)
    passbooks.print_pages(id=uuid.uuid4(), passbook=book, acting_user=worker)
