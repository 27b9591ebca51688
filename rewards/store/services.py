"""Reserving goods for points: the points are held and the pieces set aside in one transaction (rule R10).

Locks, always in this order: the hold, the account, the redemption, the goods. The hold carries the redemption's id, so
the same id twice is one reservation, and a hold that runs out takes the reservation with it.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from django.db import transaction
from django.db.models import F, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import audit, clock, streams
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.points import holds
from rewards.points.models import Hold
from rewards.store.models import Goods, Redemption, RedemptionState, Store
from rewards.store.selectors import kept_until, next_day, price_of, stores_of
from volunteers.units.rights import Right, person_id_of, require

MOST_AT_ONCE = 20
RULE = "store"
_GONE = (RedemptionState.CANCELLED, RedemptionState.EXPIRED, RedemptionState.RETURNED)


@transaction.atomic
def reserve(
    *,
    id: uuid.UUID,  # noqa: A002
    goods: Goods,
    quantity: int = 1,
    acting_user: Actor,
) -> Redemption:
    """Set goods aside for oneself until some days after the next exchange day. The same id twice is one reservation.

    Who may: whoever the store is for. Raises `Missing`, `Invalid`, `DifferentBody`, `Conflict` when the points, the
    pieces or the month's share are used up.
    """
    person_id = person_id_of(acting_user)
    if goods.store not in stores_of(person_id):
        raise Missing
    return book(id=id, goods=goods, quantity=quantity, person_id=person_id, acting_user=acting_user)


def book(
    *,
    id: uuid.UUID,  # noqa: A002
    goods: Goods,
    quantity: int,
    person_id: int,
    acting_user: Actor,
    is_proxy: bool = False,
) -> Redemption:
    """The reservation itself, in the caller's transaction; the caller has looked who may."""
    print_ = fingerprint({"goods": str(goods.uid), "quantity": quantity, "person": person_id, "proxy": is_proxy})
    if stored := _stored(id, print_):
        return stored
    store, price = goods.store, price_of(goods)
    _check(store, goods, quantity, price)
    assert price is not None
    day = next_day(store)
    holds.hold_points(
        id=id, person_id=person_id, points=price * quantity, until=kept_until(day), unit_id=store.unit_id,
        reason=_told(goods, quantity), acting_user=acting_user,
    )  # fmt: skip
    if stored := _stored(id, print_):  # somebody with the same id was a moment faster
        return stored
    _check_share(goods, quantity, person_id)
    _set_aside(goods, quantity)
    made = Redemption.objects.create(
        id=id, person_id=person_id, store=store, unit_id=store.unit_id, goods=goods, quantity=quantity,
        points_each=price, code=_free_code(store), day=day, until=kept_until(day), is_proxy=is_proxy,
        fingerprint=print_,
    )  # fmt: skip
    data = {"goods": goods.pk, "quantity": quantity, "proxy": is_proxy}
    audit.record(actor=acting_user, act="redemption.reserve", obj=made, unit_id=store.unit_id, data=data)
    return made


def _stored(id: uuid.UUID, print_: str) -> Redemption | None:  # noqa: A002
    stored: Redemption | None = Redemption.objects.filter(pk=id).first()
    if stored is not None:
        same_body_or_refuse(stored.fingerprint, print_)
    return stored


@streams.in_district_language
def _told(goods: Goods, quantity: int) -> str:
    return _("兑换 %(goods)s × %(n)d") % {"goods": goods.name, "n": quantity}


def _check(store: Store, goods: Goods, quantity: int, price: int | None) -> None:
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise Invalid(errors={"quantity": _("件数从 1 到 %d。") % MOST_AT_ONCE})
    if not store.is_open:
        raise Conflict(_("积分超市这几天不开，积分都还在。"))
    if not goods.is_active or price is None:
        raise Conflict(_("“%(name)s”现在换不了，看看别的吧。") % {"name": goods.name})


def _check_share(goods: Goods, quantity: int, person_id: int) -> None:
    """So many a month each, where the store says so; the lock on the person's account keeps two phones in line."""
    if goods.most_a_month is None:
        return
    since = clock.now() - dt.timedelta(days=30)
    rows = Redemption.objects.of_person(person_id).filter(goods=goods, reserved_at__gt=since).exclude(state__in=_GONE)
    taken = rows.aggregate(n=Sum("quantity"))["n"] or 0
    if taken + quantity > goods.most_a_month:
        words = _("“%(name)s”每人 30 天最多 %(most)d 件，让大家都换得到。")
        raise Conflict(words % {"name": goods.name, "most": goods.most_a_month})


def _set_aside(goods: Goods, quantity: int) -> None:
    """The conditional update decides who gets the last one."""
    rows = Goods.objects.filter(pk=goods.pk, is_active=True, stock__gte=F("reserved") + quantity)
    if not rows.update(reserved=F("reserved") + quantity):
        raise Conflict(_("“%(name)s”刚被约完了，过几天再来看看，积分没有动。") % {"name": goods.name})


def _free_code(store: Store) -> str:
    """Eight digits that no other reservation of the store shows just now."""
    while True:
        code = f"{secrets.randbelow(10**8):08d}"
        if not Redemption.objects.filter(store=store, code=code, state=RedemptionState.RESERVED).exists():
            return code


def put_back(redemption: Redemption) -> None:
    """What was set aside is anybody's again."""
    Goods.objects.filter(pk=redemption.goods_id).update(reserved=F("reserved") - redemption.quantity)


@transaction.atomic
def cancel(*, redemption: Redemption, reason: str = "", acting_user: Actor) -> Redemption:
    """Points and pieces are free again; cancelling twice is the same answer.

    Who may: the person, without a reason; KEEP_STORE with one, and the person hears it. Raises `Denied`, `Invalid`,
    `Conflict` when it was collected.
    """
    is_own = redemption.person_id == person_id_of(acting_user)
    if not is_own:
        require(acting_user, Right.KEEP_STORE, redemption.store.unit)
        if not reason.strip():
            raise Invalid(errors={"reason": _("写一句为什么，对方会看到。")})
    try:
        holds.void_hold(hold=Hold.objects.get(pk=redemption.pk), reason=reason, acting_user=acting_user)
    except Conflict as spent:
        raise Conflict(_("东西已经领走了，取消不了。要退，请到柜台。")) from spent
    rows = Redemption.objects.filter(pk=redemption.pk, state=RedemptionState.RESERVED)
    changed = rows.update(state=RedemptionState.CANCELLED, done_at=clock.now(), reason=reason.strip()[:120])
    redemption.refresh_from_db()
    if not changed:
        return redemption
    put_back(redemption)
    audit.record(actor=acting_user, act="redemption.cancel", obj=redemption, unit_id=redemption.unit_id, reason=reason)
    if not is_own:
        tell(redemption, "cancelled")
    return redemption


@holds.on_expired
def run_out(hold: Hold) -> None:
    """What nobody collected: the points are free already, now the pieces are too, and the person hears."""
    rows = Redemption.objects.filter(pk=hold.pk, state=RedemptionState.RESERVED)
    if not rows.update(state=RedemptionState.EXPIRED, done_at=clock.now()):
        return
    redemption = Redemption.objects.select_related("goods", "store").get(pk=hold.pk)
    put_back(redemption)
    audit.record(actor=SYSTEM, act="redemption.expire", obj=redemption, unit_id=redemption.unit_id)
    tell(redemption, "expired")


@streams.in_district_language
def tell(redemption: Redemption, what: str) -> None:
    """The person hears what became of a reservation."""
    names = {"goods": redemption.goods.name, "n": redemption.quantity, "store": redemption.store.name}
    titles = {
        "collected": _("领到了 %(goods)s × %(n)d"),
        "cancelled": _("%(goods)s 的预约取消了，积分退回来了"),
        "expired": _("%(goods)s 没来得及领，积分退回来了，随时可以再约"),
        "returned": _("%(goods)s 退好了，积分退回来了"),
    }
    payload = {"title": titles[what] % names, "body": redemption.reason or redemption.store.name}
    payload |= {"url": reverse("store_home"), "icon": "store"}
    key, ref = streams.person_key(redemption.person_id), f"store:{redemption.pk}:{what}"[:60]
    streams.publish(key, kind="store", payload=payload, ref=ref)
