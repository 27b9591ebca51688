"""Events and sign-ups as JSON: the same services and the same rights as the pages."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status

from events.gatherings import services
from events.gatherings.models import Event, SignUp

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


def _event(request: HttpRequest, uid: uuid.UUID) -> Event:
    event: Event = get_object_or_404(Event.objects.visible_to(request.user).select_related("unit"), uid=uid)
    return event


@router.get("/", response=list[EventOut], summary="Events around me that are not over")
def event_list(request: HttpRequest) -> QuerySet[Event]:
    """The next one first, fifty at most."""
    return Event.objects.visible_to(request.user).planned().upcoming()[:LISTED]


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
