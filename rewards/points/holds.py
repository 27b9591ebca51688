"""Points set aside for a purpose: hold, then post, void or let run out (rule R10).

A conditional UPDATE decides each step, so of two callers one wins. Locks: the hold, then the accounts by id.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Invalid
from foundation.idempotency import DifferentBody
from rewards.points import posting
from rewards.points.accounts import account_id_of
from rewards.points.expiry import expire_before
from rewards.points.models import Hold, HoldState, PointsAccount, Transfer

log = structlog.get_logger(__name__)

BATCH = 1000
Expired = Callable[[Hold], None]
_expired: list[Expired] = []


def on_expired(function: Expired) -> Expired:
    """Register what follows, in the same transaction, when a hold runs out: whoever asked sets its rows right."""
    _expired.append(function)
    return function


def _stored_or_refuse(id: uuid.UUID, account_id: int, points: int) -> Hold:  # noqa: A002
    stored = Hold.objects.get(pk=id)
    if (stored.account_id, stored.points) != (account_id, points):
        raise DifferentBody
    return stored


@transaction.atomic
def hold_points(
    *,
    id: uuid.UUID,  # noqa: A002
    person_id: int,
    points: int,
    reason: str,
    until: dt.datetime,
    unit_id: int | None,
    acting_user: Actor,
) -> Hold:
    """Set points of a person aside until an instant. The same id twice is the same hold.

    What is over runs out first, so that nobody carries it on by setting it aside. No right of its own. Raises `Invalid`
    for no points, `DifferentBody`, `Conflict` when not enough are free.
    """
    if points < 1:
        raise Invalid(errors={"points": _("至少一分。")})
    account_id = account_id_of(person_id)
    hold = Hold(
        id=id,
        account_id=account_id,
        points=points,
        reason=reason[:120],
        unit_id=unit_id,
        until=until,
        at=clock.now(),
    )
    if not posting.insert(hold):
        return _stored_or_refuse(id, account_id, points)
    gone = expire_before(hold)
    free = PointsAccount.objects.filter(pk=account_id, balance__gte=F("held") + points)
    if not free.update(held=F("held") + points):
        raise Conflict(_short_of(gone))
    audit.record(actor=acting_user, act="points.hold", obj=hold, unit_id=unit_id)
    return hold


def _short_of(gone: int) -> str:
    """Why there is not enough."""
    if gone:
        return _("有 %d 分已经到期，剩下的还不够换这个，再攒一攒就有了。") % gone
    return _("积分还不够换这个，再攒一攒就有了。")


def keep_until(*, ids: list[uuid.UUID], until: dt.datetime) -> int:
    """Let holds wait at least until an instant; returns how many were lengthened. No right of its own."""
    return Hold.objects.filter(pk__in=ids, state=HoldState.HELD, until__lt=until).update(until=until)


def _let_go(hold: Hold, state: HoldState) -> bool:
    """Give the points of an open hold free again; True for the one caller who did."""
    rows = Hold.objects.filter(pk=hold.pk, state=HoldState.HELD)
    is_first = bool(rows.update(state=state, let_go_at=clock.now()))
    if is_first:
        PointsAccount.objects.filter(pk=hold.account_id).update(held=F("held") - hold.points)
        hold.state = state
    return is_first


@transaction.atomic
def post_hold(*, hold: Hold, to_account_id: int, rule: str, acting_user: Actor) -> Transfer:
    """What was held is spent: one line to another account. Posting again returns that line.

    No right of its own. Raises `Conflict` when the hold was voided or its time is over.
    """
    now = clock.now()
    if not Hold.objects.filter(pk=hold.pk, state=HoldState.HELD, until__gt=now).update(state=HoldState.POSTED):
        hold.refresh_from_db()
        if hold.transfer is not None:
            return hold.transfer
        raise Conflict(_("留着的积分已经放回去了，请重新兑换。"))
    line = Transfer(
        id=uuid.uuid4(),
        from_account_id=hold.account_id,
        to_account_id=to_account_id,
        points=hold.points,
        rule=rule,
        quantity=1,
        reason=hold.reason,
        source_key=f"hold:{hold.pk}",
        unit_id=hold.unit_id,
        actor_id=acting_user.pk,
        by_staff=False,
        at=now,
    )
    posting.insert(line)
    for account_id in sorted((hold.account_id, to_account_id)):
        if account_id == hold.account_id:
            _spend(hold)
        else:
            posting.move({account_id: line.points})
    Hold.objects.filter(pk=hold.pk).update(transfer=line)
    hold.state, hold.transfer = HoldState.POSTED, line
    audit.record(actor=acting_user, act="points.post_hold", obj=hold, unit_id=hold.unit_id)
    return line


def _spend(hold: Hold) -> None:
    rows = PointsAccount.objects.filter(pk=hold.account_id)
    rows.update(balance=F("balance") - hold.points, held=F("held") - hold.points)


@transaction.atomic
def void_hold(*, hold: Hold, reason: str, acting_user: Actor) -> None:
    """Give the points free again; doing it twice, or after they ran out, changes nothing.

    No right of its own. Raises `Conflict` when they were spent already.
    """
    if _let_go(hold, HoldState.VOIDED):
        audit.record(actor=acting_user, act="points.void_hold", obj=hold, unit_id=hold.unit_id, reason=reason)
        return
    hold.refresh_from_db()
    if hold.state == HoldState.POSTED:
        raise Conflict(_("这笔积分已经用掉了。"))


def let_run_out() -> int:
    """Let holds past their time go; returns how many. Safe beside a second worker and beside a desk that posts."""
    due = Hold.objects.filter(state=HoldState.HELD, until__lte=clock.now()).order_by("until")
    count = 0
    for hold in due[:BATCH]:
        try:
            count += _run_out(hold)
        except Exception as error:  # one that cannot go must not keep the others
            log.exception("a hold did not run out", hold=str(hold.pk), error=str(error))
    return count


@transaction.atomic
def _run_out(hold: Hold) -> bool:
    if not _let_go(hold, HoldState.EXPIRED):
        return False
    audit.record(actor=SYSTEM, act="points.expire_hold", obj=hold, unit_id=hold.unit_id)
    for function in _expired:
        function(hold)
    return True
