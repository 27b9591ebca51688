"""Who may do what with homes. Pure questions, no writes."""

from __future__ import annotations

from foundation.actors import Actor
from volunteers.homes.models import Resident
from volunteers.units.models import Unit
from volunteers.units.rights import Right, has_right, person_id_of


def can_enter_residents(user: Actor, unit: Unit) -> bool:
    """The leader of the neighbourhood, those above, and staff."""
    return has_right(user, Right.CONFIRM_RESIDENT, unit)


def can_answer_resident(user: Actor, resident: Resident) -> bool:
    """The same, but nobody for themselves."""
    return resident.person_id != person_id_of(user) and has_right(user, Right.CONFIRM_RESIDENT, resident.neighbourhood)
