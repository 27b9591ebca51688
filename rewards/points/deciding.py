"""The step that awards and budgets share: what one person asked for is decided once, by another."""

from __future__ import annotations

from typing import TypeVar

from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from rewards.points.models import AskedState, BudgetFill, ManualAward
from rewards.points.permissions import can_withdraw

Row = TypeVar("Row", ManualAward, BudgetFill)


def locked(row: Row, wanted: AskedState, acting_user: Actor) -> Row | None:
    """The row as it is now, held until the end of the transaction; None when this very user has brought it there.

    Raises `Conflict` when it is decided already.
    """
    rows = type(row)._default_manager.select_for_update(of=("self",)).select_related("unit")
    found: Row = rows.get(pk=row.pk)
    if found.state == wanted and found.decided_by_id == acting_user.pk:
        return None
    if not found.is_open:
        raise Conflict(_("这一条现在是“%(state)s”，不用再办了。") % {"state": found.get_state_display()})
    return found


def close(row: Row, state: AskedState, *, act: str, answer: str, acting_user: Actor) -> Row:
    """Write down who decided what."""
    row.state, row.answer, row.decided_at = state, answer.strip()[:200], clock.now()
    row.decided_by = None if is_system(acting_user) else acting_user
    row.save(update_fields=["state", "answer", "decided_at", "decided_by", "transfer"])
    audit.record(actor=acting_user, act=act, obj=row, unit_id=row.unit_id, reason=row.answer)
    return row


def refuse(row: Row, *, may: bool, act: str, reason: str, acting_user: Actor) -> Row | None:
    """Not approved, with a reason that whoever asked reads; None when it was so before. In the caller's transaction."""
    if not may:
        raise Denied(_("这一条要请另一位同事来批。"))
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么，申请的同事会看到。")})
    found = locked(row, AskedState.REFUSED, acting_user)
    if found is None:
        return None
    return close(found, AskedState.REFUSED, act=act, answer=reason, acting_user=acting_user)


def withdraw(row: Row, *, act: str, acting_user: Actor) -> Row:
    """Taken back by whoever asked, as long as nobody has decided. In the caller's transaction."""
    if not can_withdraw(acting_user, row):
        raise Denied
    found = locked(row, AskedState.WITHDRAWN, acting_user)
    return row if found is None else close(found, AskedState.WITHDRAWN, act=act, answer="", acting_user=acting_user)
