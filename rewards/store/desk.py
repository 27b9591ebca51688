"""At the desk: handing out what was reserved, serving somebody there and then (代录), taking things back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid, Missing, Refused, TooMany
from foundation.secrets import hmac_hex
from rewards.points import holds
from rewards.points.accounts import provider_account_id
from rewards.points.models import Hold
from rewards.points.services import reverse_transfer
from rewards.store.models import (
    Collector,
    Confirmed,
    Goods,
    Passbook,
    Redemption,
    RedemptionState,
    Store,
    Why,
)
from rewards.store.passbooks import find_passbook
from rewards.store.selectors import shoppers
from rewards.store.services import RULE, book, tell
from rewards.store.stock import move
from volunteers.people.models import Person
from volunteers.units.rights import Right, require

CODE_MINUTES = 5
WRONG_A_MINUTE = 10


@transaction.atomic
def collect(*, redemption: Redemption, collector: Collector | None = None, acting_user: Actor) -> Redemption:
    """Goods go over the desk: the points to the store's account, the pieces off the shelf. Twice is the same answer.

    Who may: KEEP_STORE. `collector` is somebody whom the person has named. Raises `Denied`, `Invalid`, `Conflict`
    when it was cancelled or its time is over.
    """
    require(acting_user, Right.KEEP_STORE, redemption.store.unit)
    if collector is not None and (collector.person_id != redemption.person_id or collector.ended_at):
        raise Invalid(errors={"collector": _("这位不在代领人里，请先登记。")})
    try:
        holds.post_hold(
            hold=Hold.objects.get(pk=redemption.pk), to_account_id=provider_account_id(redemption.store.uid),
            rule=RULE, acting_user=acting_user,
        )  # fmt: skip
    except Conflict as gone:
        raise Conflict(_("这一单已经取消或者过期了，积分退回去了。可以在柜台重新兑换。")) from gone
    rows = Redemption.objects.filter(pk=redemption.pk, state=RedemptionState.RESERVED)
    changed = rows.update(
        state=RedemptionState.COLLECTED, done_at=clock.now(), collector=collector, handed_by_id=acting_user.pk
    )
    redemption.refresh_from_db()
    if not changed:
        return redemption
    quantity = redemption.quantity
    move(
        goods=redemption.goods, quantity=-quantity, freed=quantity, why=Why.COLLECTED, redemption_id=redemption.pk,
        acting_user=acting_user,
    )  # fmt: skip
    data = {"by_other": collector is not None}
    audit.record(actor=acting_user, act="redemption.collect", obj=redemption, unit_id=redemption.unit_id, data=data)
    tell(redemption, "collected")
    return redemption


@dataclass(slots=True)
class Ticked:
    """What came of ticking many: how many were handed out, and of which what stood in the way."""

    done: int = 0
    refused: list[tuple[Redemption, str]] = field(default_factory=list)


def collect_many(
    *, redemptions: Iterable[Redemption], collectors: Mapping[int, Collector], acting_user: Actor
) -> Ticked:
    """One after the other, each for itself, so that one that cannot be handed out keeps no other.

    `collectors` says by the key of a person who collects for them; nobody named means themselves.
    """
    found = Ticked()
    for one in redemptions:
        try:
            collect(redemption=one, collector=collectors.get(one.person_id), acting_user=acting_user)
            found.done += 1
        except Refused as refusal:
            found.refused.append((one, str(refusal.message)))
    return found


def _window(minutes_ago: int = 0) -> int:
    return int(timezone.now().timestamp() // 60 - minutes_ago) // CODE_MINUTES


def _code_in(person: Person, window: int) -> str:
    return f"{int(hmac_hex('counter code', f'{person.uid}:{window}')[:12], 16) % 10**6:06d}"


def counter_code(person: Person) -> str:
    """Six digits on a person's own phone, by which they agree at the counter; new every five minutes."""
    return _code_in(person, _window())


def _check_confirmed(person: Person, *, confirmed: str, code: str, card: Passbook | None, acting_user: Actor) -> None:
    """How the person agreed; a card was shown, a code said, or a sheet signed."""
    if confirmed not in Confirmed.values:
        raise Invalid(errors={"confirmed": _("请选一种：出示卡、报码，或者签字。")})
    if confirmed == Confirmed.CARD and (card is None or card.person_id != person.pk):
        raise Invalid(errors={"confirmed": _("先扫卡，或者输卡上的号码。")})
    if confirmed == Confirmed.CODE:
        key = f"counter-codes:{acting_user.pk}:{int(timezone.now().timestamp() // 60)}"
        cache.add(key, 0, 120)
        if cache.incr(key) > WRONG_A_MINUTE:
            raise TooMany
        if code not in {_code_in(person, _window()), _code_in(person, _window(CODE_MINUTES))}:
            raise Invalid(errors={"code": _("码对不上，请他打开手机上的积分超市再念一遍。")})


@transaction.atomic
def serve(
    *,
    id: uuid.UUID,  # noqa: A002
    store: Store,
    person: Person,
    goods: Goods,
    quantity: int = 1,
    confirmed: str,
    code: str = "",
    card: Passbook | None = None,
    collector: Collector | None = None,
    acting_user: Actor,
) -> Redemption:
    """Somebody at the counter gets goods there and then, entered by staff (代录). The same id twice is one redemption.

    Who may: KEEP_STORE, for whoever the store is for. Raises `Denied`, `Missing`, `Invalid`, `Conflict`, `TooMany`.
    """
    require(acting_user, Right.KEEP_STORE, store.unit)
    if goods.store_id != store.pk:
        raise Missing
    if not Redemption.objects.filter(pk=id).exists():
        if not shoppers(store).filter(pk=person.pk).exists():
            raise Missing
        _check_confirmed(person, confirmed=confirmed, code=code, card=card, acting_user=acting_user)
    made = book(id=id, goods=goods, quantity=quantity, person_id=person.pk, acting_user=acting_user, is_proxy=True)
    if made.state != RedemptionState.RESERVED:
        return made
    Redemption.objects.filter(pk=made.pk).update(confirmed=confirmed, day=None)
    return collect(redemption=made, collector=collector, acting_user=acting_user)


@transaction.atomic
def take_back(*, redemption: Redemption, reason: str, on_shelf: bool, acting_user: Actor) -> Redemption:
    """Not the right thing, or damaged: the points go back by a second line, the pieces by movements; all lines stay.

    The pieces come back at what they were worth when they went. What cannot be given again (`on_shelf` false) comes
    back and is booked as spoiled. Who may: KEEP_STORE, with a reason. Twice is the same answer. Raises `Denied`,
    `Invalid`, `Conflict` when the store's points are settled.
    """
    require(acting_user, Right.KEEP_STORE, redemption.store.unit)
    if not reason.strip():
        raise Invalid(errors={"reason": _("写一句为什么退。")})
    if redemption.state == RedemptionState.RETURNED:
        return redemption
    hold = Hold.objects.select_related("transfer").get(pk=redemption.pk)
    if hold.transfer is None:
        raise Conflict(_("东西还没有领走，取消就可以了。"))
    try:
        reverse_transfer(transfer=hold.transfer, reason=reason, acting_user=acting_user)
    except Conflict as settled:
        raise Conflict(_("超市账上的积分已经结算走了，等收进新的积分再来退。")) from settled
    rows = Redemption.objects.filter(pk=redemption.pk, state=RedemptionState.COLLECTED)
    changed = rows.update(state=RedemptionState.RETURNED, reason=reason.strip()[:120])
    redemption.refresh_from_db()
    if not changed:
        return redemption
    booked = {"goods": redemption.goods, "redemption_id": redemption.pk, "reason": reason, "acting_user": acting_user}
    cost_fen = redemption.movements.filter(why=Why.COLLECTED).values_list("cost_fen", flat=True).first()
    move(quantity=redemption.quantity, why=Why.RETURNED, cost_fen=cost_fen, **booked)
    if not on_shelf:
        move(quantity=-redemption.quantity, why=Why.SPOILED, **booked)
    audit.record(
        actor=acting_user, act="redemption.take_back", obj=redemption, unit_id=redemption.unit_id, reason=reason,
        data={"on_shelf": on_shelf},
    )  # fmt: skip
    tell(redemption, "returned")
    return redemption


@dataclass(frozen=True, slots=True)
class Met:
    """Who stands at the desk, found by a number: a person by their card, or a reservation by its eight digits."""

    person: Person
    card: Passbook | None = None
    redemption: Redemption | None = None


def meet(*, store: Store, number: str, acting_user: Actor) -> Met:
    """Ten digits are a passbook, eight a reservation of this store.

    Who may: KEEP_STORE. Raises `Denied`, `Invalid`, `Missing`.
    """
    require(acting_user, Right.KEEP_STORE, store.unit)
    digits = "".join(sign for sign in number if sign.isdecimal())
    if len(digits) == 8:
        rows = Redemption.objects.filter(store=store, code=digits, state=RedemptionState.RESERVED)
        found = rows.select_related("person", "goods", "store__unit").first()
        if found is None:
            raise Missing(_("没有找到这个兑换码：可能领过了、取消了，或者是别的超市的。"))
        return Met(found.person, redemption=found)
    card = find_passbook(digits)
    if not shoppers(store).filter(pk=card.person_id).exists():
        raise Missing(_("这张卡不是本社区的，请到他自己社区的积分超市。"))
    return Met(card.person, card=card)
