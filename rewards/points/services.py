"""Writes of the ledger. Whether a line is new is decided by the unique source, whether it fits by the balance check."""

from __future__ import annotations

import uuid
from functools import cache

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from foundation import audit
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from rewards.points.models import OWNED, AccountKind, PointsAccount, Transfer
from volunteers.units.models import STAFF
from volunteers.units.rights import has_role


@cache
def _system_account_id(kind: AccountKind, database: str) -> int:
    return PointsAccount.objects.get(kind=kind).pk


def system_account_id(kind: AccountKind) -> int:
    """The one account of a kind that belongs to nobody; made by a migration, remembered for the process."""
    return _system_account_id(kind, str(connection.settings_dict["NAME"]))


def account_id_of(person_id: int) -> int:
    """The person's account, opened at the first need; safe under two callers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO points_pointsaccount (kind, person_id, balance, held) VALUES ('person', %s, 0, 0) "
            "ON CONFLICT (person_id) DO UPDATE SET kind = excluded.kind RETURNING id",
            [person_id],
        )
        return int(cursor.fetchone()[0])


def _post(transfer: Transfer) -> bool:
    """Insert the line unless its source was booked before; move the person's balance when it is new."""
    made = Transfer.objects.bulk_create([transfer], ignore_conflicts=True)
    booked = Transfer.objects.filter(pk=made[0].pk).exists()
    if booked:
        moves = ((transfer.to_account_id, transfer.points), (transfer.from_account_id, -transfer.points))
        for account_id, points in sorted(moves):
            _move(account_id, points)
    return booked


def _move(account_id: int, points: int) -> None:
    """Accounts that belong to somebody keep a balance; the check constraint refuses one below zero."""
    PointsAccount.objects.filter(pk=account_id, kind__in=OWNED).update(balance=F("balance") + points)


@transaction.atomic
def award_points(
    *, person_id: int, rule: str, points: int, source_key: str, reason: str, unit_id: int | None, acting_user: Actor
) -> Transfer:
    """Give points for one source, once; asking again returns the line that is there.

    No right of its own: the service that found the reason has checked who may. `points` is at least 1.
    """
    transfer = Transfer(
        id=uuid.uuid4(),
        from_account_id=system_account_id(AccountKind.ISSUING),
        to_account_id=account_id_of(person_id),
        points=points,
        rule=rule,
        reason=reason[:120],
        source_key=source_key,
        unit_id=unit_id,
        actor_id=acting_user.pk,
    )
    return transfer if _post(transfer) else Transfer.objects.get(source_key=source_key)


@transaction.atomic
def reverse_transfer(*, transfer: Transfer, reason: str, acting_user: Actor) -> Transfer:
    """Take a line back by a second line that points at it; both stay. One reversal an original.

    Who may: staff, with a reason. Raises `Denied`, `Invalid`, `Conflict` when the points were spent already.
    """
    if not is_system(acting_user) and not has_role(acting_user, STAFF):
        raise Denied
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写明为什么冲正。")})
    if transfer.reverses_id:
        raise Conflict(_("冲正的那一笔不能再冲正。"))
    PointsAccount.objects.select_for_update().get(pk=transfer.to_account_id)
    if stored := Transfer.objects.filter(reverses=transfer).first():
        return stored
    account = PointsAccount.objects.get(pk=transfer.to_account_id)
    if account.kind == AccountKind.PERSON and account.balance - account.held < transfer.points:
        raise Conflict(_("积分已经用掉了，余额不够冲正。"))
    back = Transfer(
        id=uuid.uuid4(),
        from_account_id=transfer.to_account_id,
        to_account_id=transfer.from_account_id,
        points=transfer.points,
        rule=transfer.rule,
        reason=reason.strip()[:120],
        source_key=f"reverse:{transfer.pk}",
        unit_id=transfer.unit_id,
        reverses=transfer,
        actor_id=acting_user.pk,
    )
    _post(back)
    audit.record(actor=acting_user, act="points.reverse", obj=transfer, unit_id=transfer.unit_id, reason=reason)
    return back
