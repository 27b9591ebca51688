"""Once a month what a store has taken in leaves its pool: one asks, another books it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from rewards.points.accounts import provider_account_id, system_account_id
from rewards.points.models import AccountKind, PointsAccount, Transfer
from rewards.points.posting import month_begins, next_month
from rewards.points.services import move_points
from rewards.store.models import Settlement, SettlementState, Store
from rewards.store.stock import deny_same_person
from volunteers.units.rights import Right, require

RULE = "store_settled"


@dataclass(frozen=True, slots=True)
class Month:
    """A store's points in a month: taken in, given back, settled, and what is in the pool at this moment."""

    month: dt.date
    taken: int
    returned: int
    open: int
    pool: int
    settlement: Settlement | None


def first_of(day: dt.date) -> dt.date:
    """The first day of a month."""
    return day.replace(day=1)


def month_before(month: dt.date) -> dt.date:
    """The first day of the month before."""
    return (month - dt.timedelta(days=1)).replace(day=1)


def month_of(store: Store, month: dt.date) -> Month:
    """What came and went in a month; `open` is what up to its end was taken in and is not settled yet."""
    account_id = provider_account_id(store.uid)
    end = month_begins(next_month(month))
    sums = Transfer.objects.filter(Q(to_account_id=account_id) | Q(from_account_id=account_id)).aggregate(
        taken=Sum("points", filter=Q(to_account_id=account_id, at__gte=month_begins(month), at__lt=end)),
        returned=Sum(
            "points",
            filter=Q(from_account_id=account_id, reverses__isnull=False, at__gte=month_begins(month), at__lt=end),
        ),
        all_in=Sum("points", filter=Q(to_account_id=account_id, at__lt=end)),
        all_back=Sum("points", filter=Q(from_account_id=account_id, reverses__isnull=False, at__lt=end)),
        settled=Sum("points", filter=Q(from_account_id=account_id, reverses__isnull=True)),
    )
    pool = PointsAccount.objects.get(pk=account_id).balance
    still = (sums["all_in"] or 0) - (sums["all_back"] or 0) - (sums["settled"] or 0)
    settlement = (
        Settlement.objects.filter(store=store, month=month)
        .exclude(state=SettlementState.WITHDRAWN)
        .select_related("asked_by__person", "decided_by__person")
        .first()
    )
    return Month(month, sums["taken"] or 0, sums["returned"] or 0, max(0, min(still, pool)), pool, settlement)


@transaction.atomic
def ask_settlement(*, store: Store, month: dt.date, acting_user: Actor) -> Settlement:
    """Ask to settle what was taken in up to the end of a month that is over; asking again is the same answer.

    One at a time: what is asked for and not booked yet is still in the pool. Who may: KEEP_STORE. Raises `Denied`,
    `Invalid`, `Conflict` when there is nothing to settle or another month waits for its second person.
    """
    require(acting_user, Right.KEEP_STORE, store.unit)
    if month != first_of(month) or next_month(month) > clock.today():
        raise Invalid(errors={"month": _("月份过完了再结算。")})
    Store.objects.select_for_update().get(pk=store.pk)
    seen = month_of(store, month)
    if seen.settlement is not None:
        return seen.settlement
    if waiting := Settlement.objects.filter(store=store, state=SettlementState.ASKED).first():
        words = _("%(month)s 的结算还在等另一位同事核对，先把它办完。")
        raise Conflict(words % {"month": f"{waiting.month:%Y-%m}"})
    if seen.open < 1:
        raise Conflict(_("这个月没有要结算的积分。"))
    made: Settlement = Settlement.objects.create(store=store, month=month, points=seen.open, asked_by_id=acting_user.pk)
    audit.record(actor=acting_user, act="settlement.ask", obj=made, unit_id=store.unit_id, data={"points": made.points})
    return made


@transaction.atomic
def decide_settlement(*, settlement: Settlement, approve: bool, acting_user: Actor) -> Settlement:
    """A second person books the settlement; anybody of the desk may take it back before. Twice is the same answer.

    Raises `Denied`, `Conflict` when things were returned meanwhile and the pool holds less.
    """
    rows = Settlement.objects.select_for_update(of=("self",)).select_related("store__unit")
    row: Settlement = rows.get(pk=settlement.pk)
    store = row.store
    require(acting_user, Right.KEEP_STORE, store.unit)
    wanted = SettlementState.SETTLED if approve else SettlementState.WITHDRAWN
    if row.state == wanted:
        return row
    if row.state != SettlementState.ASKED:
        raise Conflict
    if approve:
        deny_same_person(row.asked_by_id, acting_user)
        row.transfer = _book(row, acting_user)
    row.state, row.decided_by_id, row.decided_at = wanted, acting_user.pk, clock.now()
    row.save(update_fields=["state", "decided_by", "decided_at", "transfer"])
    act = "settlement.approve" if approve else "settlement.withdraw"
    audit.record(actor=acting_user, act=act, obj=row, unit_id=store.unit_id, data={"points": row.points})
    return row


def _book(row: Settlement, acting_user: Actor) -> Transfer:
    try:
        with transaction.atomic():
            return move_points(
                from_account_id=provider_account_id(row.store.uid),
                to_account_id=system_account_id(AccountKind.SETTLED),
                points=row.points,
                rule=RULE,
                source_key=f"settlement:{row.uid}",
                reason=f"{row.store.name} {row.month:%Y-%m}",
                unit_id=row.store.unit_id,
                acting_user=acting_user,
            )
    except (Conflict, IntegrityError) as less:
        raise Conflict(_("中间有退货，账上不够了。请先撤回，再按现在的数申请。")) from less
