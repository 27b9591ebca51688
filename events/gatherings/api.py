"""Events, sign-ups and hours as JSON: the same services and the same rights as the pages."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status

from events.gatherings import hours, selectors, services
from events.gatherings.arrivals import sign_in_here
from events.gatherings.models import Attendance, Event, HoursBatch, SignUp
from events.gatherings.permissions import reach_at
from foundation.errors import Denied, Missing

router = Router()
LISTED = 50


class EventOut(Schema):
    """An event. `capacity` is null when there is no limit; `state` is planned or called_off."""

    uid: uuid.UUID
    title: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    capacity: int | None
    signed_count: int
    needs_sign_up: bool
    is_open: bool
    state: str


class SignUpIn(Schema):
    """A wish to come; `id` is made on the phone and stored before sending."""

    id: uuid.UUID


class SignUpOut(Schema):
    """A stored sign-up; `state` is signed or cancelled."""

    id: uuid.UUID
    state: str


class BeenOut(Schema):
    """Where the caller was; `state` is signed_in, confirmed or withdrawn. Points are what stands in the ledger."""

    event: uuid.UUID
    title: str
    state: str
    minutes: int
    points: int
    confirmed_at: dt.datetime | None
    reason: str

    @staticmethod
    def of(been: selectors.Been) -> BeenOut:
        """The attendance of the page, as JSON."""
        row = been.attendance
        names = ("state", "minutes", "confirmed_at", "reason")
        values = {name: getattr(row, name) for name in names}
        return BeenOut(event=been.event.uid, title=been.event.title, points=been.points, **values)


class CameIn(Schema):
    """Somebody was there; without `minutes` for the whole event."""

    person: uuid.UUID
    minutes: int | None = None


class HoursIn(Schema):
    """Who came; `id` is made on the phone and stored before sending. An empty list says that nobody did."""

    id: uuid.UUID
    came: list[CameIn]


class HoursOut(Schema):
    """A stored confirmation, and how many it confirmed who were not confirmed before."""

    id: uuid.UUID
    count: int


class OfferedOut(Schema):
    """Somebody whom the caller may confirm; `how` is qr, staff (signed up) or walk_in."""

    person: uuid.UUID
    name: str
    place: str
    how: str
    ticked: bool
    minutes: int


class TakeBackIn(Schema):
    """Why; the person reads it."""

    person: uuid.UUID
    reason: str


def _event(request: HttpRequest, uid: uuid.UUID) -> Event:
    event: Event = get_object_or_404(Event.objects.visible_to(request.user).select_related("unit"), uid=uid)
    return event


@router.get("/", response=list[EventOut], summary="Events around me that are not over")
def event_list(request: HttpRequest) -> QuerySet[Event]:
    """The next one first, fifty at most."""
    return Event.objects.visible_to(request.user).planned().upcoming()[:LISTED]


@router.get("/mine", response=list[BeenOut], summary="Where I have been")
def my_events(request: HttpRequest) -> list[BeenOut]:
    """The caller's own, the latest event first; never anybody else's."""
    return [BeenOut.of(been) for been in selectors.attended_by(request.user)]


@router.get("/{uuid:uid}", response=EventOut, summary="One event")
def event_detail(request: HttpRequest, uid: uuid.UUID) -> Event:
    """When, where, and how many places are left."""
    return _event(request, uid)


@router.post("/{uuid:uid}/sign-up", response=SignUpOut, summary="Sign up")
def sign_up_create(request: HttpRequest, uid: uuid.UUID, payload: SignUpIn) -> SignUp:
    """Idempotent by `id`; 409 when there is no place left or one has signed up already."""
    return services.sign_up(id=payload.id, event=_event(request, uid), acting_user=request.user)


@router.post("/{uuid:uid}/cancel", response={204: None}, summary="Take the sign-up back")
def sign_up_cancel(request: HttpRequest, uid: uuid.UUID) -> Status:
    """Repeating it changes nothing."""
    services.cancel_sign_up(event=_event(request, uid), acting_user=request.user)
    return Status(204, None)


@router.get("/{uuid:uid}/mine", response=BeenOut | None, summary="Whether I was there")
def event_mine(request: HttpRequest, uid: uuid.UUID) -> BeenOut | None:
    """The caller's own attendance; null when there is none."""
    been = selectors.been_to(request.user, _event(request, uid))
    return BeenOut.of(been) if been else None


@router.post("/{uuid:uid}/here", response=BeenOut, summary="Say that I am here")
def event_here(request: HttpRequest, uid: uuid.UUID, payload: SignUpIn) -> BeenOut:
    """Idempotent; never a condition for anything. 409 too early or too late."""
    event = _event(request, uid)
    row = sign_in_here(id=payload.id, event=event, acting_user=request.user)
    return BeenOut.of(selectors.Been(row, 0))


@router.get("/{uuid:uid}/hours", response=list[OfferedOut], summary="Whose hours I may confirm")
def hours_offered(request: HttpRequest, uid: uuid.UUID) -> list[OfferedOut]:
    """Who signed up or signed in and is not confirmed, by place and name."""
    event = _event(request, uid)
    if not reach_at(request.user, event):
        raise Denied
    return [
        OfferedOut(
            person=row.person.uid,
            name=row.person.name,
            place=row.place.name if row.place else "",
            how=row.how,
            ticked=row.ticked,
            minutes=row.minutes,
        )
        for row in selectors.hours_of(event, request.user).offered
    ]


@router.post("/{uuid:uid}/hours", response=HoursOut, summary="Confirm hours")
def hours_confirm(request: HttpRequest, uid: uuid.UUID, payload: HoursIn) -> HoursBatch:
    """Idempotent by `id`; 409 before the end of the event and thirty days after."""
    came = [hours.Came(one.person, one.minutes) for one in payload.came]
    return hours.confirm_hours(id=payload.id, event=_event(request, uid), came=came, acting_user=request.user)


@router.post("/{uuid:uid}/hours/back", response={204: None}, summary="Take one person's hours back")
def hours_take_back(request: HttpRequest, uid: uuid.UUID, payload: TakeBackIn) -> Status:
    """The points are reversed by a second line, the hours withdrawn; repeating it changes nothing."""
    rows = Attendance.objects.visible_to(request.user).filter(event=_event(request, uid))
    row = rows.filter(person__uid=payload.person).order_by("-turn").first()
    if row is None:
        raise Missing
    hours.take_back(attendance=row, reason=payload.reason, acting_user=request.user)
    return Status(204, None)
