"""Announcing an event, calling it off, signing up. Places are counted by the row of the event itself."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from events.gatherings.models import Event, EventState, SignUp, SignUpState
from foundation import audit, clock, failpoints, outbox, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.units.models import Unit
from volunteers.units.rights import Right, require

CALLED_OFF = "event_called_off"


@dataclass(frozen=True, slots=True)
class Plan:
    """When, where, for how many."""

    title: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    capacity: int | None = None
    needs_sign_up: bool = True
    is_public: bool = False


def _check(plan: Plan, signed_count: int) -> None:
    errors: dict[str, str] = {}
    if plan.ends_at <= plan.starts_at:
        errors["ends_at"] = _("结束要在开始之后。")
    if plan.capacity is not None and plan.capacity < signed_count:
        errors["capacity"] = _("已经有 %(n)d 人报名，名额不能比这少。") % {"n": signed_count}
    if errors:
        raise Invalid(errors=errors)


@transaction.atomic
def put_event(*, uid: uuid.UUID, unit: Unit, plan: Plan, acting_user: Actor) -> Event:
    """Announce an event, or change the plan of one; told to its unit once, when it is first announced.

    Who may: RUN_EVENT in the unit. Repeating it changes nothing. Raises `Denied`, `Invalid`.
    """
    require(acting_user, Right.RUN_EVENT, unit)
    values: dict[str, Any] = {name: getattr(plan, name) for name in plan.__dataclass_fields__}
    values |= {"state": EventState.PLANNED}
    stored = Event.objects.select_for_update().filter(uid=uid).first()
    _check(plan, stored.signed_count if stored else 0)
    if stored:
        if stored.unit_id != unit.pk:
            raise Missing
        for name, value in values.items():
            setattr(stored, name, value)
        stored.save(update_fields=[*values])
        audit.record(actor=acting_user, act="event.change", obj=stored, unit_id=unit.pk)
        return stored
    event = Event.objects.create(uid=uid, unit=unit, **values)
    audit.record(actor=acting_user, act="event.announce", obj=event, unit_id=unit.pk)
    _announce(event)
    return event


def _payload(event: Event, title: str) -> dict[str, Any]:
    starts_at = timezone.localtime(event.starts_at)
    when = _("%(month)d月%(day)d日 %(clock)s") % {
        "month": starts_at.month,
        "day": starts_at.day,
        "clock": f"{starts_at:%H:%M}",
    }
    return {"title": title, "body": f"{when} · {event.place}", "url": event.get_absolute_url(), "icon": "calendar"}


@streams.in_district_language
def _announce(event: Event) -> None:
    payload = _payload(event, event.title)
    streams.publish(streams.unit_key(event.unit_id), kind="event", payload=payload, ref=f"event:{event.uid}")


@transaction.atomic
def call_off(*, event: Event, acting_user: Actor) -> None:
    """The event does not take place; who signed up is told, in the background. Again changes nothing.

    Who may: RUN_EVENT in its unit. Raises `Denied`.
    """
    require(acting_user, Right.RUN_EVENT, event.unit)
    if Event.objects.filter(pk=event.pk, state=EventState.PLANNED).update(state=EventState.CALLED_OFF):
        audit.record(actor=acting_user, act="event.call_off", obj=event, unit_id=event.unit_id)
        if event.ends_at > clock.now():
            outbox.put(CALLED_OFF, {"event": event.pk})


@outbox.handler(CALLED_OFF)
@streams.in_district_language
def tell_called_off(payloads: list[dict[str, Any]]) -> None:
    """One entry in the stream of everybody who had signed up."""
    for event in Event.objects.filter(pk__in=[p["event"] for p in payloads], state=EventState.CALLED_OFF):
        people = event.sign_ups.filter(state=SignUpState.SIGNED).values_list("person_id", flat=True)
        payload = _payload(event, _("取消了：%(title)s") % {"title": event.title})
        streams.publish_to_persons(people, kind="event", payload=payload, ref=f"event_called_off:{event.uid}")


@transaction.atomic
def sign_up(*, id: uuid.UUID, event: Event, acting_user: Actor) -> SignUp:  # noqa: A002
    """Take a place. The same id again is the same answer; the last place is given once.

    Who may: whoever sees the event, for themselves. Raises `Missing`, `Conflict` (full, over, called off, already
    signed up by another id), `DifferentBody`.
    """
    person_id = acting_user.person_id
    if not person_id or not Event.objects.visible_to(acting_user).filter(pk=event.pk).exists():
        raise Missing
    print_ = fingerprint({"event": str(event.uid)})
    row = SignUp(id=id, event=event, person_id=person_id, fingerprint=print_)
    if stored := SignUp.objects.filter(pk=id).first():
        return _same_or_refuse(stored, row)
    if not event.is_open:
        raise Conflict(_("这个活动现在不接受报名。"))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the id or the person's place came in meanwhile; whichever it was, the rows now tell
        if stored := SignUp.objects.filter(pk=id).first():
            return _same_or_refuse(stored, row)
        raise Conflict(_("您已经报过名了。")) from None
    failpoints.hit("sign_up.after_insert")
    _take_place(event)
    audit.record(actor=acting_user, act="event.sign_up", obj=row, unit_id=event.unit_id)
    return row


def _same_or_refuse(stored: SignUp, given: SignUp) -> SignUp:
    if stored.person_id != given.person_id:
        raise Missing
    same_body_or_refuse(stored.fingerprint, given.fingerprint)
    return stored


def _take_place(event: Event) -> None:
    """One statement decides; that no row was changed means full, over, or called off since."""
    room = Q(capacity__isnull=True) | Q(signed_count__lt=F("capacity"))
    taken = Event.objects.filter(room, pk=event.pk, state=EventState.PLANNED, ends_at__gt=clock.now()).update(
        signed_count=F("signed_count") + 1
    )
    if not taken:
        raise Conflict(_("名额刚好满了，下次早点来。"))


@transaction.atomic
def cancel_sign_up(*, event: Event, acting_user: Actor) -> None:
    """Give one's place back; again changes nothing. Raises `Missing` without a sign-up, `Conflict` when it is over."""
    mine = SignUp.objects.filter(event=event, person_id=acting_user.person_id)
    row = mine.filter(state=SignUpState.SIGNED).first()
    if row is None:
        if not acting_user.person_id or not mine.exists():
            raise Missing
        return
    if event.is_over:
        raise Conflict(_("活动已经结束了。"))
    if mine.filter(pk=row.pk, state=SignUpState.SIGNED).update(state=SignUpState.CANCELLED):
        Event.objects.filter(pk=event.pk).update(signed_count=F("signed_count") - 1)
        audit.record(actor=acting_user, act="event.cancel_sign_up", obj=row, unit_id=event.unit_id)
