"""Who decides what another has asked for. Nobody decides their own, and nobody decides about themselves."""

from __future__ import annotations

from foundation.actors import Actor, is_system
from rewards.points.models import BudgetFill, ManualAward, RuleState, RuleVersion, SampledAward
from volunteers.units.rights import Right, has_right, paths_where, person_id_of


def can_decide_award(user: Actor, award: ManualAward) -> bool:
    """APPROVE_POINTS in the unit, not whoever asked, and not the one who would get the points."""
    if not has_right(user, Right.APPROVE_POINTS, award.unit) or award.person_id == person_id_of(user):
        return False
    return _is_another(user, award)


def can_decide_fill(user: Actor, fill: BudgetFill) -> bool:
    """KEEP_BUDGETS in the unit, and not whoever asked."""
    return has_right(user, Right.KEEP_BUDGETS, fill.unit) and _is_another(user, fill)


def can_withdraw(user: Actor, row: ManualAward | BudgetFill) -> bool:
    """Whoever asked."""
    return not is_system(user) and row.asked_by_id == user.pk


def can_approve_rules(user: Actor, version: RuleVersion) -> bool:
    """SET_RULES, and not whoever drafted it."""
    if not paths_where(user, Right.SET_RULES) or version.state != RuleState.DRAFT:
        return False
    return is_system(user) or version.drafted_by_id != user.pk


def can_look_at(user: Actor, item: SampledAward) -> bool:
    """SEE_AUDIT in the unit; not whoever asked, decided, or got the points."""
    award = item.award
    if not has_right(user, Right.SEE_AUDIT, award.unit):
        return False
    return is_system(user) or not (
        user.pk in {award.asked_by_id, award.decided_by_id} or award.person_id == person_id_of(user)
    )


def _is_another(user: Actor, row: ManualAward | BudgetFill) -> bool:
    return is_system(user) or row.asked_by_id != user.pk
