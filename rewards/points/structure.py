"""What a change of the tree means for budgets: that of a merged unit goes on in the one that remains."""

from __future__ import annotations

from django.db.models import Sum
from django.utils.translation import gettext as _

from foundation import audit, streams
from foundation.actors import SYSTEM
from rewards.points.accounts import budget_account_id
from rewards.points.budgets import HANDED_ON
from rewards.points.models import AccountKind, AskedState, BudgetFill, Hold, HoldState, ManualAward, PointsAccount
from rewards.points.services import move_points
from volunteers.structure import touches
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import units_named
from volunteers.structure.touches import Moved, Touch


def hand_on_budgets(change: StructureChange, moved: Moved) -> None:
    """What is left of a merged unit's budget, by a line; what was asked for or held there and still waits."""
    for unit_id, into in moved.ended.items():
        for row in (BudgetFill, ManualAward):
            row._default_manager.filter(unit_id=unit_id, state=AskedState.ASKED).update(unit_id=into)
        Hold.objects.filter(unit_id=unit_id, state=HoldState.HELD).update(unit_id=into)
        account = PointsAccount.objects.filter(kind=AccountKind.BUDGET, unit_id=unit_id).first()
        if account and account.balance > account.held:
            line = move_points(
                from_account_id=account.pk, to_account_id=budget_account_id(into),
                points=account.balance - account.held, rule=HANDED_ON,
                source_key=f"budget-merged:{change.uid}:{unit_id}",
                reason=_reason(), unit_id=into, acting_user=SYSTEM,
            )  # fmt: skip
            audit.record(actor=SYSTEM, act="budget.hand_on", obj=line, unit_id=into, data={"points": line.points})


@streams.in_district_language
def _reason() -> str:
    return _("单位合并")


@touches.contributor("budgets", apply=hand_on_budgets)
def budgets_touched(change: StructureChange) -> list[Touch]:
    """Budgets of the units that merge, where something is left in them."""
    if change.kind != Kind.MERGE:
        return []
    units = units_named(change.kind, change.unit, change.plan)
    left = PointsAccount.objects.filter(kind=AccountKind.BUDGET, unit__in=units).aggregate(sum=Sum("balance"))["sum"]
    if not left:
        return []
    return [Touch("budgets", _("积分预算还有 %(n)d 分，归合并后的单位接着用。") % {"n": left}, left)]
