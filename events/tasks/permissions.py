"""Who may do what with tasks and check-ins. Pure questions, no writes."""

from __future__ import annotations

from events.tasks.models import CheckIn, CheckInState, Task, TaskState
from foundation.actors import Actor, is_system
from volunteers.units.models import STAFF, Unit
from volunteers.units.rights import Right, grants, has_right


def can_close_task(user: Actor, task: Task) -> bool:
    """Whoever may post in the unit that asked, while the task is open."""
    return task.state == TaskState.PUBLISHED and has_right(user, Right.POST_TASK, task.unit)


def can_see_rollup(user: Actor, unit: Unit) -> bool:
    """Leaders above the neighbourhood, and staff, each for their units and below."""
    return has_right(user, Right.SEE_ROLLUP, unit)


def can_decide_check_in(user: Actor, check_in: CheckIn) -> bool:
    """A leader or staff above the unit where it happened; nobody decides their own."""
    if is_system(user):
        return True
    if check_in.person_id == user.person_id or check_in.state == CheckInState.DECLINED:
        return False
    path = check_in.unit.path
    return any(
        grant.allows(Right.CONFIRM_CHECK_IN)
        and path.startswith(grant.path)
        and (grant.role in STAFF or len(grant.path) < len(path))
        for grant in grants(user)
    )


def can_enter_for(user: Actor, unit: Unit) -> bool:
    """A group or area leader, or staff, for a leader below who has no phone (代录)."""
    return any(
        grant.allows(Right.CONFIRM_CHECK_IN) and unit.path.startswith(grant.path) and len(grant.path) < len(unit.path)
        for grant in grants(user)
    )
