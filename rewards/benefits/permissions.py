"""Who may do what with benefits. Pure questions, no writes."""

from __future__ import annotations

from foundation.actors import Actor
from volunteers.units.models import Unit
from volunteers.units.rights import Right, grants, paths_where


def can_print_for_somebody(user: Actor) -> bool:
    """Group and area leaders, and staff."""
    return bool(paths_where(user, Right.CONFIRM_CHECK_IN))


def can_print_for(user: Actor, unit: Unit) -> bool:
    """A leader above the unit, or staff, for somebody there who has no phone (代录)."""
    return any(
        grant.allows(Right.CONFIRM_CHECK_IN) and unit.path.startswith(grant.path) and len(grant.path) < len(unit.path)
        for grant in grants(user)
    )
