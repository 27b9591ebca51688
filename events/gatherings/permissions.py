"""Who may confirm whose hours: leaders those of the people below them, staff those of everybody at their events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from events.gatherings.models import Attendance, Event
from foundation.actors import Actor, is_system
from volunteers.units.models import STAFF, Unit
from volunteers.units.rights import Right, grants, has_right, has_role, paths_where, person_id_of


@dataclass(frozen=True, slots=True)
class Reach:
    """For whom somebody may confirm at one event. `whole` is everybody who came; oneself never."""

    whole: bool
    paths: tuple[str, ...]
    unit_ids: tuple[int, ...]
    own: int

    def __bool__(self) -> bool:
        return bool(self.paths)

    def covers(self, person_id: int, places: Iterable[Unit]) -> bool:
        """Whether the hours of a person who belongs to these places are theirs to confirm."""
        if not self.paths or person_id == self.own:
            return False
        return self.whole or any(unit.path.startswith(self.paths) for unit in places)


def reach_at(user: Actor, event: Event) -> Reach:
    """CONFIRM_HOURS, in the unit of the event or in those of the people; empty without it."""
    paths = tuple(paths_where(user, Right.CONFIRM_HOURS))
    if has_right(user, Right.CONFIRM_HOURS, event.unit):
        return Reach(True, paths, (event.unit_id,), person_id_of(user))
    held = () if is_system(user) else grants(user)
    units = tuple(grant.unit_id for grant in held if grant.allows(Right.CONFIRM_HOURS))
    return Reach(False, paths, units, person_id_of(user))


def can_take_back(user: Actor, attendance: Attendance, places: Iterable[Unit]) -> bool:
    """Staff, for whom they may confirm; anybody else what they have confirmed themselves. Nobody their own."""
    if not reach_at(user, attendance.event).covers(attendance.person_id, [attendance.unit, *places]):
        return False
    return is_system(user) or has_role(user, STAFF) or attendance.confirmed_by_id == user.pk


def can_show_code(user: Actor, event: Event) -> bool:
    """Who runs the event may show the code by which one says that one is there."""
    return has_right(user, Right.RUN_EVENT, event.unit)
