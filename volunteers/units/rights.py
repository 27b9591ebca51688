"""What a role allows, and where: the two primitives behind every `visible_to` (mechanism 1, rule R23).

A right granted in a unit holds there and below, on the days of the appointment and no longer. The system has every
right everywhere; a user without a person has none. An unknown right raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from foundation import clock, statements
from foundation.actors import Actor, is_system
from foundation.errors import Denied
from volunteers.units.models import Role, Unit
from volunteers.units.querysets import UnitQuerySet, under

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class Right(StrEnum):
    """Everything that can be allowed. What is not listed here cannot be asked for."""

    SEE_UNIT = "see_unit"
    SEE_PEOPLE = "see_people"
    SEE_PHONE = "see_phone"
    IMPORT_ROSTER = "import_roster"
    POST_TASK = "post_task"
    CHECK_IN = "check_in"
    CONFIRM_CHECK_IN = "confirm_check_in"
    SEE_ROLLUP = "see_rollup"
    PUBLISH_NOTICE = "publish_notice"
    RUN_EVENT = "run_event"
    MANAGE_BENEFITS = "manage_benefits"
    USE_CONSOLE = "use_console"
    SEE_AUDIT = "see_audit"
    PROPOSE = "propose"
    APPOINT = "appoint"
    SEE_HOMES = "see_homes"
    KEEP_HOMES = "keep_homes"
    CONFIRM_RESIDENT = "confirm_resident"
    DRAFT_STRUCTURE = "draft_structure"
    APPROVE_STRUCTURE = "approve_structure"
    KEEP_PARTY = "keep_party"
    KEEP_DEPARTMENTS = "keep_departments"
    SEE_CADRES = "see_cadres"
    EXPORT = "export"
    HANDLE_REQUESTS = "handle_requests"
    CONFIRM_HOURS = "confirm_hours"
    AWARD_POINTS = "award_points"
    APPROVE_POINTS = "approve_points"
    SET_RULES = "set_rules"
    KEEP_BUDGETS = "keep_budgets"
    KEEP_STORE = "keep_store"
    HONOUR = "honour"
    SEE_REWARD_REPORTS = "see_reward_reports"
    VET_NOMINEE = "vet_nominee"
    RUN_CAMPAIGN = "run_campaign"
    KEEP_BOX = "keep_box"
    KEY_BALLOTS = "key_ballots"
    SEE_TURNOUT = "see_turnout"


_LEADER = frozenset({Right.SEE_UNIT, Right.CHECK_IN, Right.SEE_HOMES, Right.CONFIRM_RESIDENT})
_ABOVE = _LEADER | {
    Right.SEE_PEOPLE,
    Right.SEE_PHONE,
    Right.CONFIRM_CHECK_IN,
    Right.SEE_ROLLUP,
    Right.PROPOSE,
    Right.CONFIRM_HOURS,
}
_STAFF = frozenset(
    {
        Right.SEE_UNIT,
        Right.SEE_PEOPLE,
        Right.SEE_PHONE,
        Right.POST_TASK,
        Right.CONFIRM_CHECK_IN,
        Right.SEE_ROLLUP,
        Right.PUBLISH_NOTICE,
        Right.RUN_EVENT,
        Right.MANAGE_BENEFITS,
        Right.IMPORT_ROSTER,
        Right.USE_CONSOLE,
        Right.PROPOSE,
        Right.APPOINT,
        Right.SEE_HOMES,
        Right.KEEP_HOMES,
        Right.CONFIRM_RESIDENT,
        Right.DRAFT_STRUCTURE,
        Right.KEEP_PARTY,
        Right.SEE_CADRES,
        Right.EXPORT,
        Right.HANDLE_REQUESTS,
        Right.CONFIRM_HOURS,
        Right.AWARD_POINTS,
        Right.APPROVE_POINTS,
        Right.KEEP_STORE,
        Right.HONOUR,
        Right.SEE_REWARD_REPORTS,
        Right.VET_NOMINEE,
        Right.KEY_BALLOTS,
        Right.SEE_TURNOUT,
    }
)
_CLERK = _STAFF | {Right.APPROVE_STRUCTURE, Right.KEEP_BUDGETS, Right.KEEP_BOX}
ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.NEIGHBOUR_LEADER: _LEADER,
    Role.GROUP_LEADER: _ABOVE,
    Role.AREA_LEADER: _ABOVE | {Right.VET_NOMINEE},
    Role.COMMUNITY_WORKER: _STAFF,
    Role.STREET_CLERK: _CLERK,
    Role.DISTRICT_CLERK: _CLERK | {Right.SEE_AUDIT, Right.KEEP_DEPARTMENTS, Right.SET_RULES, Right.RUN_CAMPAIGN},
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One current appointment, as far as rights need it."""

    role: Role
    unit_id: int
    path: str

    def allows(self, right: Right) -> bool:
        """Whether the role carries the right."""
        return right in ROLE_RIGHTS[self.role]


# `Appointment.objects.active()` by hand: every request begins with it.
HELD = "a.starts_on <= %(today)s AND (a.ends_on IS NULL OR a.ends_on >= %(today)s)"
_HELD_BY = (
    "SELECT a.role, a.unit_id, u.path FROM units_appointment AS a "  # noqa: S608
    "JOIN units_unit AS u ON u.id = a.unit_id "
    f"WHERE a.person_id = %(person)s AND {HELD} ORDER BY u.path"
)


def grants(user: Actor | AbstractBaseUser) -> tuple[Grant, ...]:
    """The user's current appointments; one query, remembered on this user object (that is, for one request)."""
    person_id = getattr(user, "person_id", None)
    if not person_id or not getattr(user, "is_active", False):
        return ()
    remembered: tuple[Grant, ...] | None = getattr(user, "_grants", None)
    if remembered is None:
        values = {"person": person_id, "today": clock.today().isoformat()}
        remembered = remember_grants(user, statements.run(_HELD_BY, values))
    return remembered


def remember_grants(user: Any, rows: Iterable[tuple[Any, ...]]) -> tuple[Grant, ...]:
    """Keep what was asked together with the account itself: role, unit and path, in the order of the paths."""
    user._grants = tuple(Grant(Role(role), unit_id, path) for role, unit_id, path in rows)
    return user._grants


def person_id_of(user: Actor | AbstractBaseUser) -> int:
    """The person behind a user, for look-ups: 0, which no row has, for the anonymous and operators without one.

    Never None: in a filter that would find the rows that belong to nobody.
    """
    return getattr(user, "person_id", None) or 0


def forget_grants(user: Any) -> None:
    """Drop what `grants` remembered, after an appointment changed within the same request."""
    user.__dict__.pop("_grants", None)


def paths_where(user: Actor, right: Right) -> list[str]:
    """Paths of the units in which the user was given the right; the whole tree for the system."""
    right = Right(right)
    if is_system(user):
        return [""]
    return [grant.path for grant in grants(user) if grant.allows(right)]


def units_where(user: Actor, right: Right) -> UnitQuerySet:
    """Units in which the user has the right, from those appointed to down to the neighbourhoods."""
    return Unit.objects.filter(under(paths_where(user, right)))


def has_right(user: Actor, right: Right, unit: Unit) -> bool:
    """Whether the user has the right in this unit; no query beyond the one of `grants`."""
    return any(unit.path.startswith(path) for path in paths_where(user, right))


def require(user: Actor, right: Right, *units: Unit) -> None:
    """Raise `Denied` unless the user has the right in every one of the units."""
    if not units or not all(has_right(user, right, unit) for unit in units):
        raise Denied


def has_role(user: Actor, roles: Iterable[Role]) -> bool:
    """Whether the user currently holds one of the roles anywhere."""
    wanted = set(roles)
    return any(grant.role in wanted for grant in grants(user))
