"""A store with goods, stock, a budget and an exchange day; a leader with points."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import pytest
from django.utils import timezone

from foundation.actors import SYSTEM
from rewards.points.accounts import account_id_of, system_account_id
from rewards.points.models import AccountKind
from rewards.points.services import move_points
from rewards.store import days, services, stock
from rewards.store.models import ExchangeDay, Goods, GoodsBudget, Movement, Redemption, Store
from tests.cast import Cast, person_of
from volunteers.accounts.models import User


@dataclass
class Shop:
    """What the tests are about."""

    cast: Cast
    store: Store
    soap: Goods
    rice: Goods
    day: ExchangeDay
    budget: GoodsBudget


def give(user: User, points: int) -> None:
    """Points in one line, as many as a test needs, whatever a month allows."""
    move_points(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account_id_of(person_of(user).pk),
        points=points, rule="task_done", source_key=f"test:{uuid.uuid4()}", reason="帮忙", unit_id=None,
        acting_user=SYSTEM,
    )  # fmt: skip


def put_goods(store: Store, name: str, points: int, pieces: int, **fields: object) -> Goods:
    """Goods with a price and something on the shelf."""
    goods = Goods(store=store, name=name, measure="1 件", **fields)
    stock.keep_goods(goods=goods, points=points, acting_user=SYSTEM)
    if pieces:
        stock.take_in(id=uuid.uuid4(), goods=goods, quantity=pieces, cost_fen=350, acting_user=SYSTEM)
    goods.refresh_from_db()
    return goods


def open_shop(cast: Cast) -> Shop:
    """A store in the community of the cast."""
    store = stock.keep_store(
        store=Store(unit=cast.community, name="桂花积分超市", place="社区一楼"), acting_user=SYSTEM
    )
    budget = GoodsBudget.objects.create(unit=cast.community, year=timezone.localdate().year, fen=100_000)
    day = ExchangeDay(store=store, on=timezone.localdate() + dt.timedelta(days=3))
    days.keep_day(day=day, acting_user=SYSTEM)
    give(cast.leader, 38)
    soap = put_goods(store, "洗衣液", 9, 5, category="wash")
    rice = put_goods(store, "大米", 20, 3, category="food", most_a_month=1)
    return Shop(cast, store, soap, rice, day, budget)


@pytest.fixture
def shop(cast: Cast) -> Shop:
    return open_shop(cast)


def reserve(user: User, goods: Goods, quantity: int = 1) -> Redemption:
    """As the phone does it."""
    return services.reserve(id=uuid.uuid4(), goods=goods, quantity=quantity, acting_user=user)


def books_agree(goods: Goods) -> bool:
    """The count on the shelf is the sum of the movements, and what is reserved that of the open reservations."""
    goods.refresh_from_db()
    moved = sum(Movement.objects.filter(goods=goods).values_list("quantity", flat=True))
    held = sum(Redemption.objects.filter(goods=goods, state="reserved").values_list("quantity", flat=True))
    return (goods.stock, goods.reserved) == (moved, held)
