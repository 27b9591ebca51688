"""Saying on the spot "I am here": never asked for, never a condition, without a place. It only ticks one's name.

A service in the sense of `services.py`, in a file of its own because it changes for other reasons than sign-ups.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from events.gatherings.models import Attendance, AttendanceState, Event, How
from events.gatherings.places import places_of
from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Missing
from foundation.idempotency import DifferentBody
from volunteers.units.rights import person_id_of


@transaction.atomic
def sign_in_here(*, id: uuid.UUID, event: Event, acting_user: Actor) -> Attendance:  # noqa: A002
    """Say that one is there, once; saying it again is the same answer.

    Who may: whoever sees the event, for themselves. Raises `Missing`, `Conflict` (too early, too late, called off),
    `DifferentBody`.
    """
    person_id = person_id_of(acting_user)
    if not person_id or not Event.objects.visible_to(acting_user).filter(pk=event.pk).exists():
        raise Missing
    mine = Attendance.objects.filter(event=event, person_id=person_id)
    if stored := mine.standing().first():
        return stored
    if not event.takes_arrivals:
        raise Conflict(_("签到在活动前后两个小时里。没签也没关系，来了就算。"))
    places = places_of([person_id])[person_id]
    row = Attendance(
        id=id,
        event=event,
        person_id=person_id,
        unit=places[0] if places else event.unit,
        turn=mine.count() + 1,
        state=AttendanceState.SIGNED_IN,
        how=How.QR,
        signed_in_at=clock.now(),
    )
    Attendance.objects.bulk_create([row], ignore_conflicts=True)
    made = mine.standing().first()
    if made is None:  # the id is that of another event
        raise DifferentBody
    if made.pk == id:
        audit.record(actor=acting_user, act="event.here", obj=made, unit_id=event.unit_id)
    return made
