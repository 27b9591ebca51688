"""Who may propose, decide, appoint and end. Pure questions, no writes."""

from __future__ import annotations

from foundation.actors import Actor, is_system
from volunteers.homes.models import Resident
from volunteers.posts.models import How, Proposal
from volunteers.units.models import STAFF, THREE_HEADS, Appointment, Level, Role, Unit
from volunteers.units.rights import Right, grants, has_right, person_id_of


def home_of(user: Actor) -> Unit | None:
    """The neighbourhood somebody lives in, as confirmed by its leader or staff."""
    if is_system(user) or not getattr(user, "is_active", False):
        return None
    lives = Resident.objects.living().filter(person_id=person_id_of(user))
    found = lives.select_related("neighbourhood").first()
    return found.neighbourhood if found else None


def can_propose(user: Actor, unit: Unit, *, oneself: bool = False) -> bool:
    """Leaders above and staff in their units; a leader for the own post, and oneself for the one right above;
    a confirmed resident for the own neighbourhood."""
    if unit.level not in {Level.AREA, Level.GROUP, Level.NEIGHBOURHOOD}:
        return False
    if has_right(user, Right.PROPOSE, unit):
        return True
    for grant in grants(user):
        if grant.role not in THREE_HEADS:
            continue
        if grant.path == unit.path or (oneself and grant.path[: -Unit.steplen] == unit.path):
            return True
    home = home_of(user)
    return home is not None and home.pk == unit.pk


def how_of(user: Actor, unit: Unit, *, oneself: bool) -> How:
    """In which capacity somebody proposes; staff before leader before neighbour."""
    if oneself:
        return How.SELF
    roles = {grant.role for grant in grants(user) if unit.path.startswith(grant.path)}
    if is_system(user) or roles & set(STAFF):
        return How.STAFF
    return How.LEADER if roles else How.NEIGHBOURS


def can_decide_proposal(user: Actor, proposal: Proposal) -> bool:
    """Whoever may appoint in the unit; nobody decides about themselves."""
    if is_system(user):
        return True
    return has_right(user, Right.APPOINT, proposal.unit) and not is_about(user, proposal)


def is_about(user: Actor, proposal: Proposal) -> bool:
    """Whether somebody is the proposed one, known by now or only by number."""
    me = person_id_of(user)
    if not me:
        return False
    return proposal.person_id == me or (
        proposal.phone_index is not None and proposal.phone_index == user.person.phone_index
    )


def can_appoint_staff(user: Actor, role: Role | str, unit: Unit) -> bool:
    """Staff are appointed from strictly above; district clerks by district clerks."""
    if is_system(user):
        return True
    at_the_top = Role(role) == Role.DISTRICT_CLERK
    return any(
        grant.allows(Right.APPOINT)
        and unit.path.startswith(grant.path)
        and (len(grant.path) < len(unit.path) or at_the_top)
        for grant in grants(user)
    )


def can_manage_appointment(user: Actor, appointment: Appointment) -> bool:
    """Correct, end, note leaves: whoever may appoint there. Not one's own."""
    if is_system(user):
        return True
    if appointment.person_id == person_id_of(user):
        return False
    if appointment.role in STAFF:
        return can_appoint_staff(user, appointment.role, appointment.unit)
    return has_right(user, Right.APPOINT, appointment.unit)


def can_see_handover(user: Actor, appointment: Appointment, *, is_held: bool) -> bool:
    """The one who holds the post today, and those above; nobody after their last day."""
    if is_held and appointment.person_id == person_id_of(user):
        return True
    return appointment.role in THREE_HEADS and has_right(user, Right.PROPOSE, appointment.unit)
