"""Who may put somebody forward, speak for a household, vet, decide. Pure questions, no writes."""

from __future__ import annotations

from events.campaigns.models import Nomination, NominationKind, NomineeObjection
from events.campaigns.querysets import VETTER_NUMBER
from foundation.actors import Actor
from volunteers.homes.models import How, Resident, ResidentState
from volunteers.homes.selectors import home_path
from volunteers.units.models import STAFF, Appointment, Level, Role, Unit
from volunteers.units.rights import Right, grants, has_right, person_id_of

ENTERS_FOR = (Role.GROUP_LEADER, Role.AREA_LEADER, *STAFF)


def community_of(unit: Unit) -> str:
    """Path of the community in which a unit lies."""
    return unit.path_at(Level.COMMUNITY)


def kind_of_nominator(user: Actor, held: Appointment) -> NominationKind | None:
    """In which part somebody may put this neighbour leader forward: oneself, the group leader above, a confirmed
    resident of the same community; None for everybody else.
    """
    if held.person_id == person_id_of(user):
        return NominationKind.SELF
    if any(one.role == Role.GROUP_LEADER and held.unit.path.startswith(one.path) for one in grants(user)):
        return NominationKind.GROUP_LEADER
    home = home_path(user)
    return NominationKind.RESIDENT if home and home.startswith(community_of(held.unit)) else None


def kind_at_counter(resident: Resident, held: Appointment) -> NominationKind | None:
    """In which part a resident puts somebody forward at a counter; None for a leader of another community."""
    if resident.person_id == held.person_id:
        return NominationKind.SELF
    is_near = resident.neighbourhood.path.startswith(community_of(held.unit))
    return NominationKind.RESIDENT if is_near else None


def can_second_for(user: Actor, resident: Resident) -> bool:
    """代录: for a resident who was entered without a phone the group leader, or whoever stands above; for any who came
    to a counter the staff there.
    """
    if resident.how != How.PROXY or resident.state != ResidentState.CONFIRMED:
        return can_speak_for(user, resident)
    path = resident.neighbourhood.path
    return any(
        one.role in ENTERS_FOR and one.allows(Right.CONFIRM_RESIDENT) and path.startswith(one.path)
        for one in grants(user)
    )


def wrote_down(user: Actor, nomination: Nomination) -> bool:
    """Whether the user put it forward, is meant by it, or entered it for others: no other word for it is theirs to
    write down.
    """
    is_own = person_id_of(user) in {nomination.person_id, nomination.nominated_by_id}
    return is_own or (nomination.entered_by_id is not None and nomination.entered_by_id == user.pk)


def serves_counter(user: Actor) -> bool:
    """Staff, who write down what somebody says who came to them."""
    return any(one.role in STAFF for one in grants(user))


def can_answer_for(user: Actor, nomination: Nomination) -> bool:
    """代录 of the nominee's own word: staff above, neither the nominee nor who put them forward or wrote that down."""
    path = nomination.neighbourhood.path
    if wrote_down(user, nomination):
        return False
    return any(
        one.role in STAFF and one.allows(Right.VET_NOMINEE) and path.startswith(one.path) for one in grants(user)
    )


def can_speak_for(user: Actor, resident: Resident) -> bool:
    """代录 for whoever came to a counter: staff where the resident lives, who is confirmed."""
    if resident.state != ResidentState.CONFIRMED:
        return False
    path = resident.neighbourhood.path
    return any(
        one.role in STAFF and one.allows(Right.CONFIRM_RESIDENT) and path.startswith(one.path) for one in grants(user)
    )


def can_vet(user: Actor, nomination: Nomination) -> bool:
    """Whether it is the user's turn. The row comes from `with_level`; nobody vets themselves or whom they put
    forward.
    """
    me = person_id_of(user)
    if not me or me in {nomination.person_id, nomination.nominated_by_id}:
        return False
    path, stands = nomination.neighbourhood.path, getattr(nomination, "stands", None)
    return stands is not None and any(
        VETTER_NUMBER.get(one.role) == stands and path.startswith(one.path) for one in grants(user)
    )


def was_turn(user: Actor, nomination: Nomination) -> bool:
    """Whether the user's level has decided already. The row comes from `with_level`."""
    path, due = nomination.neighbourhood.path, getattr(nomination, "due", 0)
    return any(VETTER_NUMBER.get(one.role, due) < due and path.startswith(one.path) for one in grants(user))


def can_decide_objection(user: Actor, objection: NomineeObjection) -> bool:
    """Clerks of the street and of the district; not one's own, not one that they wrote down, not about oneself."""
    nomination, me = objection.nomination, person_id_of(user)
    if objection.entered_by_id and objection.entered_by_id == user.pk:
        return False
    return me not in {objection.by_id, nomination.person_id} and has_right(
        user, Right.KEEP_BOX, nomination.neighbourhood
    )
