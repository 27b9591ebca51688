"""Who may look after somebody else's account: invite, reset, change the number."""

from __future__ import annotations

from foundation.actors import Actor
from volunteers.homes.models import Resident, ResidentState
from volunteers.people.models import Person
from volunteers.units.models import STAFF, Appointment, Role, Unit
from volunteers.units.rights import Right, grants, has_right, person_id_of

_LIVING = (ResidentState.ASKED, ResidentState.CONFIRMED)


def staff_posts(person: Person) -> list[Appointment]:
    """The staff roles that somebody holds today, with their units."""
    return list(Appointment.objects.active().filter(person=person, role__in=STAFF).select_related("unit"))


def _is_over(user: Actor, unit: Unit, role: str) -> bool:
    """Whether the user appoints from strictly above a unit; district clerks do for one another, having nobody above."""
    return any(
        grant.allows(Right.APPOINT)
        and unit.path.startswith(grant.path)
        and (len(grant.path) < len(unit.path) or (role == Role.DISTRICT_CLERK and grant.role == Role.DISTRICT_CLERK))
        for grant in grants(user)
    )


def can_know_staff(user: Actor, person: Person) -> bool:
    """Whether the user sees that this colleague is here: in sight of one of their posts."""
    return any(has_right(user, Right.SEE_PEOPLE, post.unit) for post in staff_posts(person))


def can_keep_account(user: Actor, person: Person) -> bool:
    """Whether the user may invite this colleague and decide on their second factor: over every post, not oneself."""
    posts = staff_posts(person)
    if not posts or person.pk == person_id_of(user):
        return False
    return all(_is_over(user, post.unit, post.role) for post in posts)


def _neighbourhoods(person: Person) -> list[Unit]:
    lives = Resident.objects.filter(person=person, state__in=_LIVING).select_related("neighbourhood")
    return [one.neighbourhood for one in lives]


def can_know_subject(user: Actor, person: Person) -> bool:
    """Whether the user answers for this person's data somewhere; otherwise they are told nothing (404)."""
    held = Appointment.objects.active().filter(person=person).select_related("unit")
    places = [post.unit for post in held] + _neighbourhoods(person)
    return any(has_right(user, Right.HANDLE_REQUESTS, unit) for unit in places)


def can_change_number(user: Actor, person: Person) -> bool:
    """Whether the user may write another number for a person who stands at the counter.

    Only where they answer for every place the person serves or lives in, and never for a colleague of the same rank or
    above: a number is a key. One's own is changed with a code, like everybody's.
    """
    if person.pk == person_id_of(user) or person.erased_at is not None:
        return False
    held = list(Appointment.objects.active().filter(person=person).select_related("unit"))
    homes = _neighbourhoods(person)
    if not held and not homes:
        return False
    places = [post.unit for post in held] + homes
    if not all(has_right(user, Right.HANDLE_REQUESTS, unit) for unit in places):
        return False
    return all(_is_over(user, post.unit, post.role) for post in held if post.role in STAFF)
