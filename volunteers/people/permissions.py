"""Who may open a number, and who answers for somebody's data."""

from __future__ import annotations

from foundation.actors import Actor
from volunteers.homes.models import Resident, ResidentState
from volunteers.people.models import Person
from volunteers.units.models import THREE_HEADS, Appointment, Unit
from volunteers.units.rights import Right, has_right, person_id_of


def places_of(person: Person) -> list[Unit]:
    """The units where somebody holds a role today, and the neighbourhood where they live; two queries."""
    held = Appointment.objects.active().filter(person=person).select_related("unit")
    places = [one.unit for one in held]
    lives = Resident.objects.filter(person=person, state__in=_CALLED).select_related("neighbourhood")
    return places + [one.neighbourhood for one in lives]


def can_see_phone(user: Actor, person: Person) -> bool:
    """One's own; whoever has `SEE_PHONE` where the person serves or lives; a resident their own leaders', and back."""
    if person.pk == person_id_of(user):
        return True
    if any(has_right(user, Right.SEE_PHONE, unit) for unit in places_of(person)):
        return True
    me = person_id_of(user)
    return _are_linked(me, person.pk, states=_CALLS) or _are_linked(person.pk, me, states=_CALLED)


# Who says that they live somewhere may be called about it; who is confirmed may call.
_CALLED: tuple[str, ...] = (ResidentState.ASKED, ResidentState.CONFIRMED)
_CALLS: tuple[str, ...] = (ResidentState.CONFIRMED,)


def _are_linked(resident: int, leader: int, *, states: tuple[str, ...]) -> bool:
    """Whether somebody lives in the neighbourhood that somebody else leads today."""
    led = Appointment.objects.active().of_roles(THREE_HEADS).filter(person=leader).values("unit_id")
    return Resident.objects.filter(person=resident, neighbourhood__in=led, state__in=states).exists()


def can_know(user: Actor, person: Person) -> bool:
    """Whether the user may know at all that this person is here; otherwise they are told nothing (404)."""
    if can_see_phone(user, person):
        return True
    return Person.objects.visible_to(user).filter(pk=person.pk).exists() or any(
        has_right(user, Right.SEE_HOMES, unit) for unit in places_of(person)
    )
