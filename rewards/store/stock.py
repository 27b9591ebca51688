"""What lies on the shelves: every piece that comes or goes is a movement, and the count moves with it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, F, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.points.posting import month_begins, month_of
from rewards.store.models import CountState, Goods, GoodsBudget, Movement, Price, StockCount, Store, Why
from rewards.store.money import yuan
from volunteers.units.rights import Right, require

MOST_PIECES = 10_000


def move(
    *,
    goods: Goods,
    quantity: int,
    why: Why,
    acting_user: Actor,
    freed: int = 0,
    id: uuid.UUID | None = None,  # noqa: A002
    cost_fen: int | None = None,
    redemption_id: uuid.UUID | None = None,
    count: StockCount | None = None,
    reason: str = "",
    print_: str = "",
) -> Movement:
    """Book pieces in or out, in the caller's transaction; `freed` of those reserved are no longer promised.

    Pieces that come at a `cost_fen` of their own are mixed into what a piece on the shelf is worth.
    Raises `Conflict` when fewer lie there than go, those promised to others not counted.
    """
    rows = Goods.objects.filter(pk=goods.pk, reserved__gte=freed)
    if quantity < 0:
        rows = rows.filter(stock__gte=F("reserved") - freed - quantity)
    worth = {} if cost_fen is None else {"cost_fen": _mixed(quantity, cost_fen)}
    if not rows.update(stock=F("stock") + quantity, reserved=F("reserved") - freed, **worth):
        raise Conflict(_("“%(name)s”没有这么多了，或者有人预约了。请先看一眼库存。") % {"name": goods.name})
    return Movement.objects.create(
        id=id or uuid.uuid4(), goods=goods, why=why, quantity=quantity, redemption_id=redemption_id, count=count,
        cost_fen=goods.cost_fen if cost_fen is None else cost_fen, reason=reason.strip()[:120],
        actor_id=acting_user.pk, fingerprint=print_,
    )  # fmt: skip


def _mixed(quantity: int, cost_fen: int) -> CombinedExpression:
    """What a piece is worth on average when so many more come, those reserved counted too.

    Rounded up, since what lies there must never be worth less by an intake, however many small ones there are.
    """
    pieces = F("stock") + quantity
    worth = Cast("stock", BigIntegerField()) * F("cost_fen") + quantity * cost_fen
    return (worth + pieces - 1) / pieces


def _locked(goods: Goods, acting_user: Actor) -> Goods:
    """The goods under lock, for somebody who keeps their store."""
    require(acting_user, Right.KEEP_STORE, goods.store.unit)
    found: Goods = Goods.objects.select_for_update(of=("self",)).select_related("store__unit").get(pk=goods.pk)
    return found


def _check_quantity(quantity: int) -> None:
    if not 0 < quantity <= MOST_PIECES:
        raise Invalid(errors={"quantity": _("件数从 1 到 %d。") % MOST_PIECES})


@transaction.atomic
def take_in(
    *,
    id: uuid.UUID,  # noqa: A002
    goods: Goods,
    quantity: int,
    cost_fen: int,
    reason: str = "",
    acting_user: Actor,
) -> Movement:
    """Goods that were bought or given: on the shelf, and out of the community's budget of the year.

    Who may: KEEP_STORE. The same id twice is one intake. Raises `Denied`, `Invalid`, `Conflict` beyond the budget.
    """
    _check_quantity(quantity)
    row = _locked(goods, acting_user)
    print_ = fingerprint({"goods": row.pk, "quantity": quantity, "cost": cost_fen, "reason": reason.strip()})
    if stored := Movement.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    _spend(row.store, quantity * cost_fen)
    made = move(
        goods=row, quantity=quantity, why=Why.INTAKE, id=id, cost_fen=cost_fen, reason=reason, print_=print_,
        acting_user=acting_user,
    )  # fmt: skip
    data = {"quantity": quantity, "cost_fen": cost_fen}
    audit.record(actor=acting_user, act="stock.intake", obj=made, unit_id=row.store.unit_id, data=data)
    return made


def _spend(store: Store, fen: int) -> None:
    """Out of the budget of the year; one conditional update decides between two desks."""
    budgets = GoodsBudget.objects.filter(unit_id=store.unit_id, year=clock.today().year)
    if budgets.filter(spent_fen__lte=F("fen") - fen).update(spent_fen=F("spent_fen") + fen):
        return
    budget = budgets.first()
    if budget is None:
        raise Conflict(_("今年的采购预算还没有定，请镇街的同事先填上。"))
    words = _("预算还剩 %(left)s 元，这一批要 %(cost)s 元。少进一些，或者请镇街的同事看看预算。")
    raise Conflict(words % {"left": yuan(budget.left_fen), "cost": yuan(fen)})


@transaction.atomic
def spoil(
    *,
    id: uuid.UUID,  # noqa: A002
    goods: Goods,
    quantity: int,
    reason: str,
    acting_user: Actor,
) -> Movement:
    """Pieces that cannot be given any more, as far as one may write them off alone; the rest is for a stock-taking.

    Who may: KEEP_STORE. Raises `Denied`, `Invalid`, `Conflict`.
    """
    _check_quantity(quantity)
    if not reason.strip():
        raise Invalid(errors={"reason": _("写一句怎么坏的。")})
    Store.objects.select_for_update().get(pk=goods.store_id)
    row = _locked(goods, acting_user)
    print_ = fingerprint({"goods": row.pk, "quantity": quantity, "reason": reason.strip()})
    if stored := Movement.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    if not may_alone(row.store, quantity * row.cost_fen, acting_user):
        words = _("一个人一个月最多报损 %(most)s 元。再多的，请填盘点数，由另一位同事核对以后入账。")
        raise Conflict(words % {"most": yuan(settings.STORE_COUNT_ALONE_FEN)})
    made = move(
        goods=row, quantity=-quantity, why=Why.SPOILED, id=id, reason=reason, print_=print_, acting_user=acting_user
    )
    unit_id = row.store.unit_id
    audit.record(
        actor=acting_user, act="stock.spoil", obj=made, unit_id=unit_id, reason=reason, data={"quantity": quantity}
    )
    return made


@transaction.atomic
def keep_store(*, store: Store, acting_user: Actor) -> Store:
    """Open a store, or change what is said of it. Who may: KEEP_STORE in its unit. Raises `Denied`."""
    require(acting_user, Right.KEEP_STORE, store.unit)
    act = "store.change" if store.pk else "store.add"
    store.save()
    audit.record(actor=acting_user, act=act, obj=store, unit_id=store.unit_id)
    return store


@transaction.atomic
def keep_goods(*, goods: Goods, points: int | None = None, acting_user: Actor) -> Goods:
    """Put goods on the list, with what a piece costs from today on, or change what is said of them.

    Who may: KEEP_STORE. Stock and cost are left alone: those move by movements. Raises `Denied`, `Invalid`.
    """
    require(acting_user, Right.KEEP_STORE, goods.store.unit)
    is_new = goods.pk is None
    if is_new:
        goods.save()
    else:
        goods.save(update_fields=[
            "name", "pinyin", "initials", "category", "measure", "photo", "most_a_month", "is_active",
        ])  # fmt: skip
    act = "goods.add" if is_new else "goods.change"
    audit.record(actor=acting_user, act=act, obj=goods, unit_id=goods.store.unit_id)
    if points is not None:
        set_price(goods=goods, points=points, starts_on=clock.today(), acting_user=acting_user)
    return goods


@transaction.atomic
def set_price(*, goods: Goods, points: int, starts_on: dt.date, acting_user: Actor) -> Price:
    """What a piece costs from a day on, today at the earliest. What is reserved already keeps its price.

    Who may: KEEP_STORE. Raises `Denied`, `Invalid`.
    """
    require(acting_user, Right.KEEP_STORE, goods.store.unit)
    if points < 1:
        raise Invalid(errors={"points": _("至少 1 分。")})
    if starts_on < clock.today():
        raise Invalid(errors={"starts_on": _("从今天起，或者以后的一天。")})
    price, _new = Price.objects.update_or_create(
        goods=goods, starts_on=starts_on, defaults={"points": points, "set_by_id": acting_user.pk}
    )
    data = {"points": points, "starts_on": str(starts_on)}
    audit.record(actor=acting_user, act="goods.price", obj=goods, unit_id=goods.store.unit_id, data=data)
    return price


@transaction.atomic
def set_budget(*, budget: GoodsBudget, acting_user: Actor) -> GoodsBudget:
    """Money for goods of a community in a year. Who may: KEEP_BUDGETS there. Raises `Denied`, `Conflict`."""
    require(acting_user, Right.KEEP_BUDGETS, budget.unit)
    if budget.pk is None:
        budget.save()
    elif not GoodsBudget.objects.filter(pk=budget.pk, spent_fen__lte=budget.fen).update(fen=budget.fen):
        raise Conflict(_("已经用掉的比这个多，预算不能再小了。"))
    data = {"year": budget.year, "fen": budget.fen}
    audit.record(actor=acting_user, act="goods_budget.set", obj=budget, unit_id=budget.unit_id, data=data)
    return budget


def may_alone(store: Store, fen: int, acting_user: Actor) -> bool:
    """Whether somebody may take so much off the books without a second person, beside what they did this month.

    What came back spoiled is not among it: its points went back with it.
    """
    since = month_begins(month_of(clock.now()))
    alone = Movement.objects.filter(goods__store=store, actor_id=acting_user.pk, at__gte=since, quantity__lt=0)
    alone = alone.filter(why__in=[Why.SPOILED, Why.CORRECTION], redemption=None, count__decided_by=None)
    lost: int = alone.aggregate(fen=Sum(-F("quantity") * F("cost_fen")))["fen"] or 0
    return lost + fen <= settings.STORE_COUNT_ALONE_FEN


def waiting_counts(store: Store) -> bool:
    """Whether a stock-taking of the store waits for its second person."""
    return StockCount.objects.filter(store=store, state=CountState.WAITING).exists()


def deny_same_person(first_id: int | None, acting_user: Actor) -> None:
    """Two people: whoever began may not decide."""
    if first_id == acting_user.pk:
        raise Denied(_("要两个人：请另一位同事来核对。"))
