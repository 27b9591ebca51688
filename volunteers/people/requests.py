"""Requests about one's own data: asked by the person or taken down at the counter, answered within 15 working days."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation import audit, clock, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from foundation.streams import in_district_language
from foundation.working_days import after_working_days
from volunteers.people.erasure import StillNeeded, erase_person, reasons_against
from volunteers.people.models import Channel, Person, PersonalRequest
from volunteers.people.permissions import places_of
from volunteers.people.services import require_age_of
from volunteers.units.models import THREE_HEADS, Appointment, Unit
from volunteers.units.rights import Right, has_right, person_id_of, require

Kind, State = PersonalRequest.Kind, PersonalRequest.State


def answering_unit(person: Person) -> Unit:
    """Which unit answers for somebody: where they serve or live, else the district. Raises `Missing` without a
    district.
    """
    for unit in places_of(person):
        return unit
    last = Appointment.objects.filter(person=person).order_by("-ends_on").select_related("unit").first()
    found = last.unit if last else Unit.objects.filter(depth=1).first()
    if found is None:
        raise Missing
    return found


def ask(
    *,
    id: uuid.UUID,  # noqa: A002
    person: Person,
    kind: str,
    channel: str,
    acting_user: Actor,
    words: str = "",
    wanted_name: str = "",
    wanted_born_on: dt.date | None = None,
) -> PersonalRequest:
    """Take down what somebody asks about their own data.

    Who may: the person themselves on their phone; at the counter and on paper who has `HANDLE_REQUESTS` in the
    answering unit. The same id with the same words gives the stored request. Raises `Denied`, `Conflict` when one
    like it is open.
    """
    unit = answering_unit(person)
    _may_ask(acting_user, person, channel, unit)
    if kind == Kind.CORRECT and not (words or wanted_name or wanted_born_on):
        raise Invalid(_("请写一下哪里不对。"), errors={"words": _("请写一下哪里不对。")})
    body = {"person": person.pk, "kind": kind, "words": words, "name": wanted_name, "born": wanted_born_on}
    print_ = fingerprint(body)
    if stored := PersonalRequest.objects.filter(uid=id, person=person).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    row = PersonalRequest(
        uid=id,
        person=person,
        unit=unit,
        kind=kind,
        channel=channel,
        words=words,
        wanted_name=wanted_name,
        wanted_born_on=wanted_born_on,
        entered_by_id=acting_user.pk,
        fingerprint=print_,
        due_on=after_working_days(clock.today(), settings.PERSONAL_REQUEST_DAYS),
    )
    return _store(row, acting_user)


def _store(row: PersonalRequest, acting_user: Actor) -> PersonalRequest:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            data = {"kind": row.kind, "channel": row.channel}
            audit.record(actor=acting_user, act="personal_request.ask", obj=row, unit_id=row.unit_id, data=data)
    except IntegrityError as taken:
        stored = PersonalRequest.objects.filter(uid=row.uid, person_id=row.person_id).first()
        if stored is None:
            raise Conflict(_("这件事已经在办了，办好会告诉您。")) from taken
        same_body_or_refuse(stored.fingerprint, row.fingerprint)
        return stored
    row.refresh_from_db()
    return row


def _may_ask(acting_user: Actor, person: Person, channel: str, unit: Unit) -> None:
    if channel == Channel.SELF:
        if person.pk != person_id_of(acting_user):
            raise Denied
        return
    require(acting_user, Right.HANDLE_REQUESTS, unit)


@transaction.atomic
def answer(
    *, request: PersonalRequest, decision: str, acting_user: Actor, reason: str = "", name: str = ""
) -> PersonalRequest:
    """Carry a request out (`done`) or refuse it with a reason (`refused`).

    Who may: `HANDLE_REQUESTS` in its unit, nobody their own. Done means done: a correction writes the name and birth
    month asked for (or `name`), a deletion erases. Raises `Denied`, `Conflict` when it is answered, `StillNeeded`,
    `Invalid`.
    """
    locked = PersonalRequest.objects.select_for_update().select_related("person", "unit").get(pk=request.pk)
    require(acting_user, Right.HANDLE_REQUESTS, locked.unit)
    if locked.person_id == person_id_of(acting_user):
        raise Denied(_("自己的请求请让同事来办。"))
    if not locked.is_open:
        raise Conflict(_("这件事已经办过了。"))
    if decision == State.REFUSED and not reason:
        raise Invalid(_("没有办的，请说明理由。"), errors={"reason": _("没有办的，请说明理由。")})
    _settle(locked, decision, reason, acting_user)
    if decision == State.DONE:
        _carry_out(locked, name, acting_user)
    if locked.kind != Kind.DELETE or decision == State.REFUSED:
        _tell(locked)
    return locked


def _settle(row: PersonalRequest, state: str, reason: str, acting_user: Actor) -> None:
    row.state, row.reason = State(state), reason
    row.answered_by_id, row.answered_at = acting_user.pk, clock.now()
    row.save(update_fields=["state", "reason", "answered_by", "answered_at"])
    data = {"kind": row.kind, "state": row.state}
    audit.record(actor=acting_user, act="personal_request.answer", obj=row, unit_id=row.unit_id, data=data)


def _carry_out(row: PersonalRequest, name: str, acting_user: Actor) -> None:
    if row.kind == Kind.CORRECT:
        new_name = name or row.wanted_name
        if new_name or row.wanted_born_on:
            _correct(row.person, new_name, row.wanted_born_on, acting_user)
    elif row.kind == Kind.DELETE:
        erase_person(person=row.person, acting_user=acting_user)


def _correct(person: Person, name: str, born_on: dt.date | None, acting_user: Actor) -> None:
    locked = Person.objects.select_for_update().get(pk=person.pk)
    fields = [field for field, value in (("name", name), ("born_on", born_on)) if value]
    if born_on:
        _check_age(locked, born_on)
        locked.born_on = born_on
    if name:
        locked.name = name
    locked.save()
    audit.record(actor=acting_user, act="person.correct", obj=locked, data={"fields": fields})


def _check_age(person: Person, born_on: dt.date) -> None:
    """An account needs fourteen years, a role eighteen."""
    require_age_of(born_on, settings.ACCOUNT_AGE)
    if Appointment.objects.active().of_roles(THREE_HEADS).filter(person=person).exists():
        require_age_of(born_on, settings.LEADER_AGE)


@transaction.atomic
def correct_birth_month(*, person: Person, born_on: dt.date, acting_user: Actor) -> None:
    """Correct one's own birth month at once: nothing hangs on it but the ages. Raises `TooYoung`, `Denied`."""
    if person.pk != person_id_of(acting_user):
        raise Denied
    _correct(person, "", born_on, acting_user)


@transaction.atomic
def delete_oneself(*, person: Person, id: uuid.UUID, acting_user: Actor) -> PersonalRequest:  # noqa: A002
    """Erase oneself at once; the request is kept as done. Raises `Denied`, `StillNeeded` while a role is held."""
    if person.pk != person_id_of(acting_user):
        raise Denied
    if reasons := reasons_against(person):
        raise StillNeeded(reasons)
    row = ask(id=id, person=person, kind=Kind.DELETE, channel=Channel.SELF, acting_user=acting_user)
    if row.is_open:
        _settle(row, State.DONE, "", acting_user)
        erase_person(person=person, acting_user=acting_user)
    return row


@transaction.atomic
def take_back(*, request: PersonalRequest, acting_user: Actor) -> PersonalRequest:
    """Take one's own open request back. Raises `Missing` for anybody else's, `Conflict` when it was answered."""
    locked = PersonalRequest.objects.select_for_update().get(pk=request.pk)
    if locked.person_id != person_id_of(acting_user):
        raise Missing
    if not locked.is_open:
        raise Conflict(_("这件事已经办过了。"))
    _settle(locked, State.WITHDRAWN, "", acting_user)
    return locked


@in_district_language
def _tell(row: PersonalRequest) -> None:
    """Say to the person how it went."""
    done = row.state == State.DONE
    title = _("您的请求办好了") if done else _("您的请求没有办成")
    body = row.reason or str(Kind(row.kind).label)
    payload = {"title": title, "body": body, "url": "/me/data/", "icon": "lock"}
    streams.publish(streams.person_key(row.person_id), kind="personal", payload=payload, ref=f"personal:{row.uid}")


def may_answer(user: Actor, row: PersonalRequest) -> bool:
    """Whether somebody may answer a request."""
    return has_right(user, Right.HANDLE_REQUESTS, row.unit) and row.person_id != person_id_of(user)
