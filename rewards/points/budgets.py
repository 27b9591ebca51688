"""Budgets of units for awards made by hand: filled by two people, taken back when unused, never below zero."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.points import award_news, deciding
from rewards.points.accounts import budget_account_id, system_account_id
from rewards.points.models import AccountKind, AskedState, BudgetFill, PointsAccount, Transfer
from rewards.points.permissions import can_decide_fill
from rewards.points.services import move_points
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, require

FILLED, TAKEN_BACK, HANDED_ON = "budget_fill", "budget_back", "budget_merged"
LEVELS = (Level.DISTRICT, Level.STREET, Level.COMMUNITY)
"""Where a budget may lie."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What was put into a unit's budget (less what was taken back or handed on), given from it, and is left; points."""

    filled: int
    spent: int
    left: int


NOTHING = Budget(0, 0, 0)


def nearest_budget(unit: Unit) -> PointsAccount | None:
    """The budget of the unit itself, or else of the nearest above that has one."""
    rows = PointsAccount.objects.filter(kind=AccountKind.BUDGET, unit__path__in=unit.ancestor_paths())
    return rows.select_related("unit").order_by("-unit__depth").first()


def budgets_of(units: Iterable[Unit]) -> dict[int, Budget]:
    """The budgets of units that have one, by the unit's key; three queries for all of them."""
    accounts = {one.pk: one for one in PointsAccount.objects.filter(unit__in=[unit.pk for unit in units])}
    kinds = (AccountKind.ISSUING, AccountKind.BUDGET)
    received = _sums("to_account_id", accounts, Q(from_account__kind__in=kinds))
    given = _sums("from_account_id", accounts, Q(to_account__kind__in=kinds))
    return {
        account.unit_id: Budget(
            filled := received.get(pk, 0) - given.get(pk, 0), filled - account.balance, account.balance
        )
        for pk, account in accounts.items()
        if account.unit_id
    }


def _sums(side: str, accounts: Iterable[int], other: Q) -> dict[int, int]:
    rows = Transfer.objects.filter(other, **{f"{side}__in": list(accounts)}).values_list(side).order_by()
    return {key: points for key, points in rows.annotate(sum=Sum("points")) if key}


def _room(unit: Unit, points: int) -> None:
    """Raise `Invalid` where a budget would hold more than a unit may have lying about."""
    most = settings.POINTS_BUDGET_MOST
    left = PointsAccount.objects.filter(unit=unit).values_list("balance", flat=True).first() or 0
    if points < 1 or left + points > most:
        words = _("一个单位的预算最多放 %(most)d 分，%(unit)s现在还有 %(left)d 分。")
        raise Invalid(errors={"points": words % {"most": most, "unit": unit.name, "left": left}})


@transaction.atomic
def ask_fill(*, uid: uuid.UUID, unit: Unit, points: int, reason: str, acting_user: Actor) -> BudgetFill:
    """Ask for points in a unit's budget. The same uid twice is the same answer.

    Who may: KEEP_BUDGETS in the unit. Raises `Denied`, `Invalid`, `DifferentBody`.
    """
    require(acting_user, Right.KEEP_BUDGETS, unit)
    print_ = fingerprint({"unit": unit.pk, "points": points, "reason": reason.strip()})
    if stored := BudgetFill.objects.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    if unit.level not in LEVELS:
        raise Invalid(errors={"unit": _("预算放在社区、镇街或者区里。")})
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句用在哪里。")})
    _room(unit, points)
    made = BudgetFill.objects.create(
        uid=uid, unit=unit, points=points, reason=reason.strip(), asked_at=clock.now(), fingerprint=print_,
        asked_by=None if is_system(acting_user) else acting_user,
    )  # fmt: skip
    audit.record(actor=acting_user, act="budget.ask", obj=made, unit_id=unit.pk, data={"points": points})
    return made


@transaction.atomic
def approve_fill(*, fill: BudgetFill, acting_user: Actor) -> BudgetFill:
    """Put the points in, from issuing. Of two at once one approves, the other is told.

    Who may: KEEP_BUDGETS in the unit, not whoever asked. Raises `Denied`, `Conflict` when it is decided already or the
    budget has become too full meanwhile.
    """
    if not can_decide_fill(acting_user, fill):
        raise Denied(_("这一条要请另一位同事来批。"))
    found = deciding.locked(fill, AskedState.APPROVED, acting_user)
    if found is None:
        return fill
    account_id = budget_account_id(found.unit_id)
    # Two fillings of one unit would both see the room that is there for one.
    PointsAccount.objects.select_for_update().get(pk=account_id)
    try:
        _room(found.unit, found.points)
    except Invalid as full:
        raise Conflict(str(full.errors["points"])) from None
    found.transfer = move_points(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=account_id, points=found.points,
        rule=FILLED, source_key=f"budget:{found.pk}", reason=found.reason, unit_id=found.unit_id,
        acting_user=acting_user,
    )  # fmt: skip
    deciding.close(found, AskedState.APPROVED, act="budget.approve", answer="", acting_user=acting_user)
    award_news.fill_decided(found)
    return found


@transaction.atomic
def refuse_fill(*, fill: BudgetFill, reason: str, acting_user: Actor) -> BudgetFill:
    """Not approved, with a reason. Who may: as for approving. Raises `Denied`, `Invalid`, `Conflict`."""
    may = can_decide_fill(acting_user, fill)
    found = deciding.refuse(fill, may=may, act="budget.refuse", reason=reason, acting_user=acting_user)
    if found is None:
        return fill
    award_news.fill_decided(found)
    return found


@transaction.atomic
def withdraw_fill(*, fill: BudgetFill, acting_user: Actor) -> BudgetFill:
    """Taken back by whoever asked, before anybody decided. Raises `Denied`, `Conflict`."""
    return deciding.withdraw(fill, act="budget.withdraw", acting_user=acting_user)


@transaction.atomic
def take_back(*, uid: uuid.UUID, unit: Unit, points: int, reason: str, acting_user: Actor) -> Transfer:
    """Take unused points out of a unit's budget, to where they came from. The same uid twice is the same line.

    Who may: KEEP_BUDGETS in the unit. Raises `Denied`, `Invalid`, `Conflict` when so many are not there any more.
    """
    require(acting_user, Right.KEEP_BUDGETS, unit)
    if points < 1:
        raise Invalid(errors={"points": _("至少 1 分。")})
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么收回。")})
    key = f"budget-back:{uid}"
    is_new = not Transfer.objects.filter(source_key=key).exists()
    line = move_points(
        from_account_id=budget_account_id(unit.pk), to_account_id=system_account_id(AccountKind.ISSUING),
        points=points, rule=TAKEN_BACK, source_key=key, reason=reason.strip(), unit_id=unit.pk,
        acting_user=acting_user,
    )  # fmt: skip
    if is_new:
        audit.record(actor=acting_user, act="budget.take_back", obj=line, unit_id=unit.pk, reason=reason.strip())
    return line
