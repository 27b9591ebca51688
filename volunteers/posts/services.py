"""Appointments: begin, end, correct. Proposals are in `proposals`, leaves in `leaves`.

Whoever changes an appointment locks the unit first and then the appointment, so that two at once wait for each other;
the rights of everybody concerned are asked for again within two seconds (outbox line.REVOKE).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from foundation import audit, clock, line, outbox
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from volunteers.people.models import Person
from volunteers.people.services import age_on
from volunteers.posts import news
from volunteers.posts.models import Leave
from volunteers.posts.permissions import can_appoint_staff, can_manage_appointment
from volunteers.units.models import LEVEL_OF_ROLE, STAFF, THREE_HEADS, Appointment, Role, Unit
from volunteers.units.rights import person_id_of

DAY = dt.timedelta(days=1)


def lock_unit(unit_id: int) -> Unit:
    """The unit's row, held until the end of the transaction: what happens in one post happens one by one."""
    unit: Unit = Unit.objects.select_for_update().get(pk=unit_id)
    return unit


def lock_appointment(appointment_id: int) -> Appointment:
    """The appointment, with its unit locked before it."""
    unit_id = Appointment.objects.values_list("unit_id", flat=True).get(pk=appointment_id)
    lock_unit(unit_id)
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("unit", "person")
    return rows.get(pk=appointment_id)


def revoke(person_ids: Iterable[int]) -> None:
    """Have the sockets and streams of these people asked for again after the commit."""
    outbox.put(line.REVOKE, {"persons": sorted(set(person_ids))})


def require_adult(person: Person, on: dt.date) -> None:
    """Leaders are eighteen or more (domain.md section 6). Raises `Invalid` when younger, or when it is not known."""
    if person.born_on is None:
        raise Invalid(errors={"born_on": _("请补上出生年月：满 18 岁才能任职。")})
    if age_on(person.born_on, on) < settings.LEADER_AGE:
        raise Invalid(_("满 18 岁才能任职。"), errors={"born_on": _("满 18 岁才能任职。")})


def term_end(starts_on: dt.date) -> dt.date | None:
    """The last day of a term that begins on a day; None when terms have no end."""
    months = settings.POSTS_TERM_MONTHS
    if not months:
        return None
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    first = dt.date(year, month + 1, 1)
    longest = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - first).days
    return first + dt.timedelta(days=min(starts_on.day, longest) - 1) - DAY


def free_from(unit_id: int, role: str, day: dt.date) -> dt.date:
    """The first day, not before the given one, on which a post has no holder. Raises `Conflict` when held on."""
    held = Appointment.objects.filter(unit_id=unit_id, role=role, stands_in_for__isnull=True)
    ends = list(held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).values_list("ends_on", flat=True))
    if None in ends:
        raise Conflict(_("这里已经有一位了，请先结束原来的任职。"))
    return max([day, *(end + DAY for end in ends if end)])


def start_appointment(
    *, person: Person, role: str, unit: Unit, starts_on: dt.date, acting_user: Actor, act: str, **fields: Any
) -> Appointment:
    """Make the row, its audit entry and the news for the sockets; for services that have checked and locked."""
    made = Appointment(person=person, role=role, unit=unit, starts_on=starts_on, **fields)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict(_("这里已经有一位了，请先结束原来的任职。")) from taken
    audit.record(
        actor=acting_user, act=act, obj=made, unit_id=unit.pk, data={"role": str(role), "from": starts_on.isoformat()}
    )
    revoke([person.pk])
    return made


def close_row(appointment: Appointment, last_day: dt.date, reason: str) -> None:
    """Write the last day. What had not begun by then is moved before it, so that it never gives a right."""
    appointment.starts_on = min(appointment.starts_on, last_day)
    appointment.ends_on, appointment.ended_reason = last_day, reason[:200]
    appointment.save(update_fields=["starts_on", "ends_on", "ended_reason"])


def _close_leaves(appointment: Appointment, last_day: dt.date, reason: str) -> list[int]:
    """Leaves end with the appointment, and so do those who stand in; returns whose rights change."""
    now, people = clock.now(), []
    for leave in Leave.objects.open().filter(appointment=appointment).select_related("stand_in"):
        if leave.stand_in and (leave.stand_in.ends_on is None or leave.stand_in.ends_on > last_day):
            close_row(leave.stand_in, last_day, reason)
            people.append(leave.stand_in.person_id)
        leave.ends_on = max(leave.starts_on, min(leave.ends_on, last_day))
        leave.closed_at = now
        leave.save(update_fields=["ends_on", "closed_at"])
    return people


def _last_day(at_once: bool, last_day: dt.date | None) -> dt.date:
    today = clock.today()
    if at_once:
        return today - DAY
    day = last_day or today
    if day < today:
        raise Invalid(errors={"last_day": _("最后一天不能早于今天。")})
    return day


def _keep_one_clerk(appointment: Appointment, last_day: dt.date) -> None:
    if appointment.role != Role.DISTRICT_CLERK:
        return
    after = max(last_day, clock.today()) + DAY
    others = Appointment.objects.active(after).filter(role=Role.DISTRICT_CLERK).exclude(pk=appointment.pk)
    if not others.exists():
        raise Conflict(_("这是最后一位区级工作人员，请先任命另一位。"))


@transaction.atomic
def end_appointment(
    *,
    appointment: Appointment,
    reason: str,
    acting_user: Actor,
    last_day: dt.date | None = None,
    at_once: bool = False,
) -> Appointment:
    """End a role held; access ends at midnight of the last day, which is today unless another is given.

    `at_once` takes the rights away within two seconds (the last day was yesterday). Who may: oneself (stepping down,
    no reason needed, not at once); whoever may appoint there. What already ends by then is returned as it is.
    Raises `Denied`, `Invalid`, `Conflict` (the last district clerk).
    """
    own = appointment.person_id == person_id_of(acting_user) and not at_once
    if not own and not can_manage_appointment(acting_user, appointment):
        raise Denied
    if not own and not reason.strip():
        raise Invalid(errors={"reason": _("请写一句原因。")})
    day = _last_day(at_once, last_day)
    locked = lock_appointment(appointment.pk)
    if locked.ends_on is not None and locked.ends_on <= day:
        return locked
    _keep_one_clerk(locked, day)
    words = reason.strip() or _("自己卸任")
    close_row(locked, day, words)
    Leave.objects.open().filter(stand_in=locked).update(stand_in=None)
    people = [locked.person_id, *_close_leaves(locked, day, words)]
    audit.record(
        actor=acting_user, act="appointment.end", obj=locked, unit_id=locked.unit_id, reason=words,
        data={"last_day": day.isoformat(), "own": own, "at_once": at_once},
    )  # fmt: skip
    revoke(people)
    news.ended(locked)
    return locked


@transaction.atomic
def appoint_staff(
    *,
    uid: uuid.UUID,
    name: str,
    phone: str,
    role: str,
    unit: Unit,
    acting_user: Actor,
    starts_on: dt.date | None = None,
    post_title: str = "",
    employer: str = "",
) -> Appointment:
    """A community worker, a street or a district clerk; without public notice.

    Who may: APPOINT strictly above the unit; a district clerk for another one. The person is found by number, else
    made. The same uid twice is the same answer, with another body `DifferentBody`. Raises `Denied`, `Invalid`,
    `Conflict`.
    """
    if not can_appoint_staff(acting_user, role, unit):
        raise Denied
    if role not in STAFF or LEVEL_OF_ROLE[Role(role)] != unit.level:
        raise Invalid(errors={"unit": _("这个职务不在这一级。")})
    lock_unit(unit.pk)
    person = find_or_make_person(name=name, phone=phone)
    if stored := Appointment.objects.filter(uid=uid).first():
        if (stored.person_id, stored.role, stored.unit_id) != (person.pk, role, unit.pk):
            raise DifferentBody
        return stored
    held = Appointment.objects.filter(person=person, role=role, unit=unit)
    if held.active(starts_on or clock.today()).exists():
        raise Conflict(_("这个人已经在这里任这个职。"))
    made = start_appointment(
        person=person, role=role, unit=unit, starts_on=starts_on or clock.today(), acting_user=acting_user,
        act="appointment.staff", uid=uid, post_title=post_title, employer=employer,
    )  # fmt: skip
    news.staff_appointed(made)
    return made


def find_or_make_person(*, name: str, phone: str, born_on: dt.date | None = None, keep_name: bool = False) -> Person:
    """The person with a number, or a new one. Raises `Conflict` when the number belongs to another name.

    With `keep_name` the name that is stored counts. A date of birth is filled in where there is none.
    """
    if not phone:
        raise Invalid(errors={"phone": _("请填 11 位手机号。")})
    person = Person.objects.by_phone(phone).select_for_update().first()
    if person is None:
        person = Person(name=name, born_on=born_on)
        person.set_phone(phone)
        try:
            with transaction.atomic():
                person.save(force_insert=True)
        except IntegrityError:
            person = Person.objects.by_phone(phone).get()
    if person.name != name and not keep_name:
        raise Conflict(_("这个号码登记的是另一个名字，请先核对。"))
    if born_on and person.born_on is None:
        person.born_on = born_on
        person.save(update_fields=["born_on"])
    return person


@dataclass(frozen=True, slots=True)
class Correction:
    """What an appointment should say; every field is given."""

    starts_on: dt.date
    ends_on: dt.date | None
    term_ends_on: dt.date | None
    post_title: str
    employer: str
    is_cadre: bool


@transaction.atomic
def correct(*, appointment: Appointment, to: Correction, reason: str, acting_user: Actor) -> Appointment:
    """Put right what was written down wrongly: dates, title, employer, the cadre flag. A reason is needed.

    Who may: whoever may appoint there, and not one's own. The dates of two holders of one post never overlap.
    Raises `Denied`, `Invalid`, `Conflict`.
    """
    if not can_manage_appointment(acting_user, appointment):
        raise Denied
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句原因。")})
    if to.ends_on and to.ends_on < to.starts_on:
        raise Invalid(errors={"ends_on": _("结束日期不能早于开始日期。")})
    locked = lock_appointment(appointment.pk)
    names = ("starts_on", "ends_on", "term_ends_on", "post_title", "employer", "is_cadre")
    changed = [name for name in names if getattr(locked, name) != getattr(to, name)]
    if not changed:
        return locked
    if {"starts_on", "ends_on"} & set(changed):
        _check_overlap(locked, to)
    for name in changed:
        setattr(locked, name, getattr(to, name))
    try:
        with transaction.atomic():
            locked.save(update_fields=changed)
    except IntegrityError as taken:
        raise Conflict(_("这几天已经有另一位在任。")) from taken
    audit.record(
        actor=acting_user, act="appointment.correct", obj=locked, unit_id=locked.unit_id, reason=reason.strip(),
        data={"changed": changed},
    )  # fmt: skip
    revoke([locked.person_id])
    return locked


def _check_overlap(appointment: Appointment, to: Correction) -> None:
    if to.ends_on is not None:
        _keep_one_clerk(appointment, to.ends_on)
    if appointment.role not in THREE_HEADS or appointment.stands_in_for_id is not None:
        return
    others = Appointment.objects.filter(
        unit_id=appointment.unit_id, role=appointment.role, stands_in_for__isnull=True
    ).exclude(pk=appointment.pk)
    others = others.exclude(ends_on__lt=to.starts_on)
    if to.ends_on is not None:
        others = others.exclude(starts_on__gt=to.ends_on)
    if others.exists():
        raise Conflict(_("这几天已经有另一位在任。"))
