"""Writes of the ledger: points are given, moved and taken back. What is held for a purpose is in `holds`.

Whether a line is new is decided by its source, whether it fits by the month's ceiling and the balance.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from rewards.points import posting
from rewards.points.accounts import account_id_of, system_account_id
from rewards.points.models import AccountKind, PointsAccount, Transfer
from rewards.points.rules import Worth, version_in_force
from volunteers.structure.selectors import goes_on_in
from volunteers.units.models import STAFF
from volunteers.units.rights import Right, has_role, require


def _booked(source_key: str) -> Transfer | None:
    return Transfer.objects.filter(source_key=source_key).first()


def pieces_in_month(person_id: int, code: str, month: dt.date) -> int:
    """How many pieces of a rule a person was given in a month, without what was taken back."""
    rows = Transfer.objects.filter(
        to_account__person_id=person_id, rule=code, reverses__isnull=True, reversed_by__isnull=True,
        at__gte=posting.month_begins(month), at__lt=posting.month_begins(posting.next_month(month)),
    )  # fmt: skip
    return rows.aggregate(sum=Sum("quantity"))["sum"] or 0


def _pieces(found: Worth | None, quantity: int, person_id: int, month: dt.date) -> int:
    """How many pieces count. Taking no room locks the month, so nobody counts the same ones beside us."""
    if found is None or found.most_a_month is None:
        return found.pieces(quantity) if found else quantity
    posting.take_room(person_id, month, 0, 0)
    return found.pieces(quantity, found.most_a_month - pieces_in_month(person_id, found.code, month))


@transaction.atomic
def award_points(
    *,
    person_id: int,
    rule: str,
    source_key: str,
    reason: str,
    unit_id: int | None,
    acting_user: Actor,
    points: int | None = None,
    quantity: int = 1,
    by_staff: bool = False,
    from_account_id: int | None = None,
) -> Transfer | None:
    """Give points for one source, once; asking again returns the line that is there.

    Without `points` the rule in force decides: points a piece, so many pieces at once and in a month. Whatever is
    asked is cut to what the month's ceiling leaves; None when that is nothing. They come from nowhere, since a promise
    is never refused for want of a budget, or from `from_account_id`, a budget that never falls below zero.
    No right of its own: the service that found the reason has checked who may. Raises `NotEnough`.
    """
    if stored := _booked(source_key):
        return stored
    now, version = clock.now(), version_in_force()
    month = posting.month_of(now)
    found = version.rules.get(rule)
    counted = _pieces(found, quantity, person_id, month)
    wanted = points if points is not None else counted * (found.points if found else 0)
    given = posting.take_room(person_id, month, wanted, version.ceiling) if wanted and counted else 0
    if not given:
        return _booked(source_key)
    line = Transfer(
        id=uuid.uuid4(),
        from_account_id=from_account_id or system_account_id(AccountKind.ISSUING),
        to_account_id=account_id_of(person_id),
        points=given,
        rule=rule,
        quantity=counted,
        version_number=version.number,
        reason=reason[:120],
        source_key=source_key,
        unit_id=unit_id,
        actor_id=acting_user.pk,
        by_staff=by_staff,
        at=now,
    )
    if posting.book(line):
        return line
    posting.give_room_back(person_id, month, given)
    return _booked(source_key)


@transaction.atomic
def move_points(
    *,
    from_account_id: int,
    to_account_id: int,
    points: int,
    rule: str,
    source_key: str,
    reason: str,
    unit_id: int | None,
    acting_user: Actor,
) -> Transfer:
    """Move points between accounts, once a source: a budget is filled, a provider settled, old points run out.

    No right of its own. Raises `NotEnough`, and `DifferentBody` when the source moved something else.
    """
    line = Transfer(
        id=uuid.uuid4(),
        from_account_id=from_account_id,
        to_account_id=to_account_id,
        points=points,
        rule=rule,
        quantity=1,
        reason=reason[:120],
        source_key=source_key,
        unit_id=unit_id,
        actor_id=acting_user.pk,
        by_staff=False,
        at=clock.now(),
    )
    if posting.book(line):
        return line
    stored = Transfer.objects.get(source_key=source_key)
    if (stored.from_account_id, stored.to_account_id, stored.points) != (from_account_id, to_account_id, points):
        raise DifferentBody
    return stored


def _may_reverse(acting_user: Actor, line: Transfer) -> None:
    """Lines never change, so a line of a merged unit is for the staff of the one in which that goes on."""
    if is_system(acting_user):
        return
    if line.unit is None:
        if not has_role(acting_user, STAFF):
            raise Denied
    else:
        require(acting_user, Right.AWARD_POINTS, goes_on_in(line.unit))


@transaction.atomic
def reverse_transfer(*, transfer: Transfer, reason: str, acting_user: Actor) -> Transfer:
    """Take a line back by a second line that points at it, with its sides swapped; both stay. One for each original.

    What a person earned by it may be earned again in that month. Who may: staff of the line's unit, with a reason.
    Raises `Denied`, `Invalid`, `Conflict` when the points are no longer there.
    """
    _may_reverse(acting_user, transfer)
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写明为什么冲正。")})
    if transfer.reverses_id:
        raise Conflict(_("冲正的那一笔不能再冲正。"))
    back = Transfer(
        id=uuid.uuid4(),
        from_account_id=transfer.to_account_id,
        to_account_id=transfer.from_account_id,
        points=transfer.points,
        rule=transfer.rule,
        quantity=transfer.quantity,
        version_number=transfer.version_number,
        reason=reason.strip()[:120],
        source_key=f"reverse:{transfer.pk}",
        unit_id=transfer.unit_id,
        reverses=transfer,
        actor_id=acting_user.pk,
        by_staff=not is_system(acting_user),
        at=clock.now(),
    )
    if not posting.insert(back):
        return Transfer.objects.get(reverses=transfer)
    _return_room(transfer)
    try:
        posting.move({back.from_account_id: -back.points, back.to_account_id: back.points})
    except posting.NotEnough:
        raise Conflict(_("积分已经用掉了，余额不够冲正。")) from None
    audit.record(actor=acting_user, act="points.reverse", obj=transfer, unit_id=transfer.unit_id, reason=reason)
    return back


def _return_room(line: Transfer) -> None:
    """An award (it names a version of the rules) counted in its month; it does no longer."""
    if line.version_number is None:
        return
    owner = PointsAccount.objects.values_list("person_id", flat=True).get(pk=line.to_account_id)
    if owner is not None:
        posting.give_room_back(owner, posting.month_of(line.at), line.points)
