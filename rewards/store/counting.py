"""Stock-taking: what was counted against the books, the differences as movements, two people above a limit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.store.models import CountLine, CountState, Goods, StockCount, Store, Why
from rewards.store.stock import deny_same_person, may_alone, move, waiting_counts
from volunteers.units.rights import Right, require


@transaction.atomic
def enter_count(
    *,
    id: uuid.UUID,  # noqa: A002
    store: Store,
    counted: Mapping[int, int],
    reason: str,
    acting_user: Actor,
) -> StockCount:
    """What lies on the shelves, by the key of the goods, against the books at this instant.

    Small differences are booked at once; those worth more than `STORE_COUNT_ALONE_FEN`, with what the same person took
    off the books alone this month, wait for a second person.
    Who may: KEEP_STORE. The same id twice is one stock-taking. Raises `Denied`, `Invalid`, `Conflict`.
    """
    require(acting_user, Right.KEEP_STORE, store.unit)
    Store.objects.select_for_update().get(pk=store.pk)
    print_ = fingerprint({"store": store.pk, "counted": sorted(counted.items()), "reason": reason.strip()})
    if stored := StockCount.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    if waiting_counts(store):
        raise Conflict(_("上一次盘点还在等另一位同事核对，先把它办完。"))
    rows = list(Goods.objects.select_for_update().filter(store=store, pk__in=counted).order_by("pk"))
    if not rows:
        raise Invalid(_("一样也没有填。"))
    differs = any(counted[one.pk] != one.stock for one in rows)
    if differs and not reason.strip():
        raise Invalid(errors={"reason": _("数目对不上的，写一句原因。")})
    is_alone = not differs or may_alone(store, _worth(rows, counted), acting_user)
    count = StockCount.objects.create(
        id=id, store=store, reason=reason.strip()[:120], entered_by_id=acting_user.pk, fingerprint=print_,
        state=CountState.DONE if is_alone else CountState.WAITING,
    )  # fmt: skip
    CountLine.objects.bulk_create(
        CountLine(count=count, goods=one, booked=one.stock, counted=counted[one.pk]) for one in rows
    )
    audit.record(
        actor=acting_user, act="stock_count.enter", obj=count, unit_id=store.unit_id, reason=reason,
        data={"state": count.state},
    )  # fmt: skip
    if count.state == CountState.DONE:
        _book(count, acting_user)
    return count


def _worth(rows: list[Goods], counted: Mapping[int, int]) -> int:
    return sum(abs(counted[one.pk] - one.stock) * one.cost_fen for one in rows)


def _book(count: StockCount, acting_user: Actor) -> None:
    """The differences, each a movement; those of goods that moved meanwhile stay what they were."""
    for line in count.lines.select_related("goods").order_by("goods_id"):
        if line.difference:
            move(
                goods=line.goods, quantity=line.difference, why=Why.CORRECTION, count=count, reason=count.reason,
                acting_user=acting_user,
            )  # fmt: skip


@transaction.atomic
def decide_count(*, count: StockCount, approve: bool, acting_user: Actor) -> StockCount:
    """A second person books a stock-taking, or drops it to be counted again. Raises `Denied`, `Conflict`."""
    row: StockCount = StockCount.objects.select_for_update(of=("self",)).select_related("store__unit").get(pk=count.pk)
    require(acting_user, Right.KEEP_STORE, row.store.unit)
    wanted = CountState.DONE if approve else CountState.DROPPED
    if row.state == wanted:
        return row
    if row.state != CountState.WAITING:
        raise Conflict
    deny_same_person(row.entered_by_id if approve else None, acting_user)
    row.state, row.decided_at = wanted, clock.now()
    if approve:
        row.decided_by_id = acting_user.pk
    row.save(update_fields=["state", "decided_by", "decided_at"])
    act = "stock_count.approve" if approve else "stock_count.drop"
    audit.record(actor=acting_user, act=act, obj=row, unit_id=row.store.unit_id)
    if approve:
        _book(row, acting_user)
    return row
