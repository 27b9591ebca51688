"""Hours at events: confirmed in bulk, worth points and hours of service, taken back one by one with a reason.

Services in the sense of `services.py`. Two who confirm the same people at once are put in order by the row of the
event: whoever comes second finds what the first has confirmed.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from events.gatherings.models import Attendance, AttendanceState, Event, HoursBatch, How, SignUp, hours_in
from events.gatherings.permissions import Reach, can_take_back, reach_at
from events.gatherings.places import places_of
from events.gatherings.words import length
from foundation import audit, clock, outbox, streams
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from foundation.models import Notification
from rewards.honours.services import record_hours, withdraw_hours
from rewards.points import posting
from rewards.points.accounts import account_ids_of
from rewards.points.models import PointsAccount, Transfer
from rewards.points.services import award_points, reverse_transfer
from volunteers.people.models import Person
from volunteers.units.models import Unit
from volunteers.units.rights import Right, has_right

RULE = "event_hour"
THANKS = "event_hours_thanks"
MOST = 1000
"""People in one batch."""
PATIENCE = 20
"""Seconds that one confirmation of an event waits for another."""


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody was there: their uid, and the minutes where they are not those of the whole event."""

    person: uuid.UUID
    minutes: int | None = None


@dataclass(slots=True)
class _Found:
    """What is stored of the people of a batch, as it is under the lock of the event."""

    people: dict[uuid.UUID, Person]
    places: dict[int, list[Unit]]
    standing: dict[int, Attendance] = field(default_factory=dict)
    turns: dict[int, int] = field(default_factory=dict)
    signed: set[int] = field(default_factory=set)


@transaction.atomic
def confirm_hours(*, id: uuid.UUID, event: Event, came: Iterable[Came], acting_user: Actor) -> HoursBatch:  # noqa: A002
    """Confirm that these people were there; points, hours of service and thanks follow. Nobody, when nobody came.

    Who may: CONFIRM_HOURS in the unit of the event or in those of the people; nobody for themselves. Those who are
    confirmed already are left as they are. The same id again is the same answer. Raises `Denied`, `Missing`,
    `Conflict` before the end and thirty days after, `Invalid`, `DifferentBody`.
    """
    reach = reach_at(acting_user, event)
    if not reach:
        raise Denied
    said = {one.person: one.minutes for one in came}
    print_ = fingerprint({"event": str(event.uid), "came": {str(uid): minutes for uid, minutes in said.items()}})
    locked = _locked(event)
    if stored := HoursBatch.objects.filter(pk=id).first():
        if stored.confirmed_by_id != acting_user.pk:
            raise Missing
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    wanted = {uid: locked.minutes if minutes is None else minutes for uid, minutes in said.items()}
    _check(locked, wanted.values())
    found = _find(locked, list(wanted), reach)
    new = {
        person.pk: wanted[uid]
        for uid, person in found.people.items()
        if person.pk not in found.standing or found.standing[person.pk].state == AttendanceState.SIGNED_IN
    }
    batch = HoursBatch.objects.create(
        id=id, event=locked, count=len(new), confirmed_by_id=acting_user.pk, fingerprint=print_
    )
    batch.units.set(reach.unit_ids)
    rows = _write(batch, new, found)
    _reward(batch, rows, acting_user)
    audit.record(actor=acting_user, act="event.confirm_hours", obj=batch, unit_id=locked.unit_id, data={"n": len(new)})
    return batch


def _locked(event: Event) -> Event:
    """The event's row, for which a second leader waits longer than for others: a batch is a second's work or more.

    Whoever says "I am here" meanwhile, and so only names the event, does not wait for it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}s'")
    return Event.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=event.pk)


def _check(event: Event, minutes: Iterable[int]) -> None:
    if not event.takes_hours:
        raise Conflict(_("时长在活动结束以后的 30 天里确认。"))
    asked = list(minutes)
    if len(asked) > MOST:
        raise Invalid(_("一次最多确认 %(most)d 人。") % {"most": MOST})
    if not all(0 < one <= event.minutes for one in asked):
        raise Invalid(errors={"minutes": _("时长不能比活动本身还长。")})


def _find(event: Event, uids: Sequence[uuid.UUID], reach: Reach) -> _Found:
    people = {one.uid: one for one in Person.objects.living().filter(uid__in=uids)}
    ids = [person.pk for person in people.values()]
    found = _Found(people, places_of(ids))
    if reach.own in ids:
        raise Denied(_("自己的时长，请上一级或社区来确认。"))
    if len(people) != len(uids) or not all(reach.covers(key, found.places[key]) for key in ids):
        raise Missing
    for row in Attendance.objects.filter(event=event, person_id__in=ids):
        found.turns[row.person_id] = max(found.turns.get(row.person_id, 0), row.turn)
        if row.state != AttendanceState.WITHDRAWN:
            found.standing[row.person_id] = row
    signed = SignUp.objects.current().filter(event=event, person_id__in=ids)
    found.signed = set(signed.values_list("person_id", flat=True))
    return found


def _write(batch: HoursBatch, new: dict[int, int], found: _Found) -> list[Attendance]:
    """Rows for those who have none, the others moved on; in the order of the people, as everybody locks them."""
    event, now = batch.event, clock.now()
    told: list[Attendance] = []
    for person_id in sorted(new):
        row = found.standing.get(person_id)
        if row is None:
            places = found.places[person_id]
            how = How.STAFF if person_id in found.signed else How.WALK_IN
            row = Attendance(
                event=event,
                person_id=person_id,
                unit=places[0] if places else event.unit,
                turn=found.turns.get(person_id, 0) + 1,
                how=how,
            )
        row.event, row.state, row.minutes, row.batch = event, AttendanceState.CONFIRMED, new[person_id], batch
        row.confirmed_by_id, row.confirmed_at = batch.confirmed_by_id, now
        told.append(row)
    fresh = [row for row in told if row.person_id not in found.standing]
    Attendance.objects.bulk_create(fresh, ignore_conflicts=True)
    # Whoever says "I am here" in this very moment has a row by now: it is moved on like the others.
    beside = Attendance.objects.filter(event=event, person_id__in=[row.person_id for row in fresh]).standing()
    ids = dict(beside.values_list("person_id", "pk"))
    known = [row for row in told if row.person_id in found.standing or row.pk != ids[row.person_id]]
    for row in known:
        row.pk = ids.get(row.person_id, row.pk)
    Attendance.objects.bulk_update(known, ["state", "minutes", "batch", "confirmed_by", "confirmed_at"])
    return told


def _reward(batch: HoursBatch, rows: Sequence[Attendance], acting_user: Actor) -> None:
    """Points by the rule, the whole minutes as service; thanks leave in the background."""
    event = batch.event
    _lock_books([row.person_id for row in rows])
    thanked: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        line = None
        if hours := hours_in(row.minutes):
            line = award_points(
                person_id=row.person_id,
                rule=RULE,
                quantity=hours,
                source_key=row.source_key,
                reason=event.title,
                unit_id=row.unit_id,
                acting_user=acting_user,
            )
        record_hours(
            person_id=row.person_id,
            project=event.title,
            started_at=event.starts_at,
            minutes=row.minutes,
            unit_id=row.unit_id,
            source_key=row.source_key,
            acting_user=acting_user,
        )
        thanked[row.minutes, line.points if line else 0].append(row.person_id)
    if thanked:
        groups = [[minutes, points, people] for (minutes, points), people in sorted(thanked.items())]
        outbox.put(THANKS, {"event": event.pk, "batch": str(batch.pk), "groups": groups})


def _lock_books(person_ids: Sequence[int]) -> None:
    """The rows that the awards will move, in the order of the ledger: the months, then the accounts by id."""
    if person_ids:
        posting.take_rooms(person_ids, posting.month_of(clock.now()), 0, 0)
        accounts = PointsAccount.objects.select_for_update().filter(pk__in=account_ids_of(person_ids).values())
        list(accounts.order_by("pk").values_list("pk"))


@outbox.handler(THANKS)
@streams.in_district_language
def thank(payloads: list[dict[str, Any]]) -> None:
    """One entry in the stream of everybody who was confirmed; told twice, it is said once."""
    for told in payloads:
        event, ref = Event.objects.get(pk=told["event"]), f"event_hours:{told['batch']}"
        for minutes, points, people in told["groups"]:
            keys = {streams.person_key(person_id): person_id for person_id in people}
            said = Notification.objects.filter(stream_key__in=keys, ref=ref).values_list("stream_key", flat=True)
            words = [event.title, length(minutes)]
            if points:
                words.append(_("积分 +%(points)d") % {"points": points})
            payload = {"title": _("谢谢您来"), "body": " · ".join(words), "url": event.get_absolute_url()}
            payload |= {"icon": "check"}
            left = [keys[key] for key in sorted(set(keys) - set(said))]
            streams.publish_to_persons(left, kind="event_hours", payload=payload, ref=ref)


@transaction.atomic
def take_back(*, attendance: Attendance, reason: str, acting_user: Actor) -> Attendance:
    """Take one person's hours back: the points by a second line, the service by a withdrawal. Again changes nothing.

    Who may: staff for whom they may confirm, others what they have confirmed themselves. Raises `Denied`, `Missing`,
    `Invalid` without a reason, `Conflict` before it is confirmed and when the points are spent.
    """
    rows = Attendance.objects.visible_to(acting_user).select_for_update(of=("self",))
    row = rows.select_related("event__unit", "unit").filter(pk=attendance.pk).first()
    if row is None:
        raise Missing
    if not can_take_back(acting_user, row, places_of([row.person_id])[row.person_id]):
        raise Denied
    if row.state == AttendanceState.WITHDRAWN:
        return row
    why = reason.strip()[:100]
    if not why:
        raise Invalid(errors={"reason": _("写一句为什么，对方会看到。")})
    if row.state != AttendanceState.CONFIRMED:
        raise Conflict(_("这一条还没有确认，不用收回。"))
    row.state, row.reason = AttendanceState.WITHDRAWN, why
    row.withdrawn_by_id, row.withdrawn_at = acting_user.pk, clock.now()
    row.save(update_fields=["state", "reason", "withdrawn_by", "withdrawn_at"])
    if line := Transfer.objects.filter(source_key=row.source_key).first():
        # The ledger lets staff of the unit reverse; the slip of anybody else is set right by the program for them.
        booking = acting_user if has_right(acting_user, Right.AWARD_POINTS, row.unit) else SYSTEM
        reverse_transfer(transfer=line, reason=why, acting_user=booking)
    withdraw_hours(source_key=row.source_key, reason=why, acting_user=acting_user)
    audit.record(actor=acting_user, act="event.take_back_hours", obj=row, unit_id=row.unit_id, reason=why)
    _tell_taken_back(row)
    return row


@streams.in_district_language
def _tell_taken_back(row: Attendance) -> None:
    payload = {"title": _("有一笔时长更正了"), "body": f"{row.event.title}：{row.reason}", "icon": "back"}
    payload |= {"url": row.event.get_absolute_url()}
    streams.publish(
        streams.person_key(row.person_id), kind="event_hours", payload=payload, ref=f"event_hours_back:{row.pk}"
    )
