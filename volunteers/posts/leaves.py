"""Leaves and those who stand in: a stand-in holds an appointment of their own, for the days of the leave only."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.people.models import Person
from volunteers.posts import news
from volunteers.posts.models import Leave
from volunteers.posts.permissions import can_manage_appointment
from volunteers.posts.querysets import COMMUNITY_WIDTH
from volunteers.posts.services import DAY, close_row, lock_appointment, revoke, start_appointment
from volunteers.units.models import THREE_HEADS, Appointment, Role, Unit
from volunteers.units.rights import person_id_of

LONGEST = dt.timedelta(days=180)


def candidates(appointment: Appointment, *, wide: bool) -> QuerySet[Appointment]:
    """Who may stand in: the leaders beside and right above; for staff who choose, everybody of the community.

    They were vetted themselves. In the order of the units.
    """
    path = appointment.unit.path
    near = path[:COMMUNITY_WIDTH] if wide else path[: -Unit.steplen]
    roles = [*THREE_HEADS, Role.COMMUNITY_WORKER] if wide else [*THREE_HEADS]
    rows = Appointment.objects.active().of_roles(roles).filter(unit__path__startswith=near, stands_in_for__isnull=True)
    if not wide:
        rows = rows.filter(unit__depth__lte=appointment.unit.depth)
    found: QuerySet[Appointment] = (
        rows.exclude(person_id=appointment.person_id).select_related("person", "unit").order_by("unit__path", "pk")
    )
    return found


def _may_take(acting_user: Actor, appointment: Appointment) -> bool:
    """Oneself, or whoever may appoint there."""
    own = not is_system(acting_user) and appointment.person_id == person_id_of(acting_user)
    return own or can_manage_appointment(acting_user, appointment)


def _check_days(starts_on: dt.date, until: dt.date, appointment: Appointment) -> None:
    errors = {}
    if starts_on < clock.today():
        errors["starts_on"] = _("从今天或以后开始。")
    if until < starts_on:
        errors["until"] = _("结束的那天不能早于开始。")
    elif until - starts_on > LONGEST:
        errors["until"] = _("最长半年；更久的话，可以先卸任。")
    if appointment.ends_on and until > appointment.ends_on:
        errors["until"] = _("任职到 %(day)s 为止。") % {"day": appointment.ends_on.isoformat()}
    if errors:
        raise Invalid(errors=errors)


@transaction.atomic
def take_leave(
    *,
    uid: uuid.UUID,
    appointment: Appointment,
    starts_on: dt.date,
    until: dt.date,
    acting_user: Actor,
    reason: str = "",
    stand_in: Person | None = None,
) -> Leave:
    """Be away for some days; rights stay, and somebody may stand in. A reason is never needed.

    Who may: oneself; whoever may appoint there. The same uid twice is the same answer, with another body
    `DifferentBody`. Raises `Denied`, `Invalid`, `Conflict` when a leave is open already.
    """
    if not _may_take(acting_user, appointment):
        raise Denied
    body = {"appointment": appointment.pk, "from": starts_on.isoformat(), "until": until.isoformat(), "why": reason}
    print_ = fingerprint(body | {"stand_in": stand_in.pk if stand_in else None})
    locked = lock_appointment(appointment.pk)
    if stored := Leave.objects.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    if locked.stands_in_for_id is not None or not locked.is_active(clock.today()):
        raise Conflict(_("这个职务现在不用休假。"))
    _check_days(starts_on, until, locked)
    close_past_leaves(locked)
    leave = Leave(
        uid=uid, appointment=locked, starts_on=starts_on, ends_on=until, reason=reason.strip(), fingerprint=print_,
        taken_by=None if is_system(acting_user) else acting_user, taken_at=clock.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            leave.save(force_insert=True)
    except IntegrityError as open_one:
        raise Conflict(_("已经登记过休假了，要改就先结束那一次。")) from open_one
    audit.record(
        actor=acting_user, act="leave.take", obj=leave, unit_id=locked.unit_id,
        data={"from": starts_on.isoformat(), "until": until.isoformat()},
    )  # fmt: skip
    if stand_in:
        _put_stand_in(leave, stand_in, acting_user)
    news.leave_taken(leave)
    return leave


def _lock_leave(leave: Leave) -> Leave:
    lock_appointment(leave.appointment_id)
    rows = Leave.objects.select_for_update(of=("self",))
    return rows.select_related("appointment__unit", "appointment__person", "stand_in__person").get(pk=leave.pk)


@transaction.atomic
def set_stand_in(*, leave: Leave, person: Person, acting_user: Actor) -> Leave:
    """Choose who stands in; of two callers at once one is told that somebody does already.

    Who may: whoever is away; whoever may appoint there. Raises `Denied`, `Invalid`, `Conflict`.
    """
    if not _may_take(acting_user, leave.appointment):
        raise Denied
    locked = _lock_leave(leave)
    if locked.closed_at is not None or locked.ends_on < clock.today():
        raise Conflict(_("这次休假已经结束了。"))
    if locked.stand_in is not None:
        if locked.stand_in.person_id == person.pk:
            return locked
        raise Conflict(_("已经有一位在代了。"))
    _put_stand_in(locked, person, acting_user)
    return locked


def _put_stand_in(leave: Leave, person: Person, acting_user: Actor) -> None:
    """The appointment of the stand-in; begins today at the earliest and ends with the leave."""
    away = leave.appointment
    wide = is_system(acting_user) or away.person_id != person_id_of(acting_user)
    if not candidates(away, wide=wide).filter(person=person).exists():
        raise Invalid(errors={"stand_in": _("请从名单里选一位现任的。")})
    made = start_appointment(
        person=person, role=away.role, unit=away.unit, starts_on=max(leave.starts_on, clock.today()),
        ends_on=leave.ends_on, stands_in_for=away, acting_user=acting_user, act="appointment.stand_in",
    )  # fmt: skip
    leave.stand_in = made
    leave.save(update_fields=["stand_in"])
    news.stands_in(leave)


@transaction.atomic
def end_leave(*, leave: Leave, acting_user: Actor) -> Leave:
    """Back again, or not away after all: the stand-in's rights end at midnight, at once where they had not begun.

    Who may: whoever is away; whoever may appoint there. Ended twice changes nothing. Raises `Denied`.
    """
    if not _may_take(acting_user, leave.appointment):
        raise Denied
    locked = _lock_leave(leave)
    if locked.closed_at is not None:
        return locked
    today = clock.today()
    if locked.stand_in and (locked.stand_in.ends_on or today) >= today:
        close_row(locked.stand_in, today if locked.stand_in.starts_on <= today else today - DAY, _("休假提前结束"))
        revoke([locked.stand_in.person_id])
    _close(locked, min(locked.ends_on, today))
    audit.record(actor=acting_user, act="leave.end", obj=locked, unit_id=locked.appointment.unit_id)
    return locked


@transaction.atomic
def decline_stand_in(*, stand_in: Appointment, acting_user: Actor) -> None:
    """Not convenient to stand in (any more); no reason, no mark. Another may be asked. Raises `Denied`."""
    if stand_in.person_id != person_id_of(acting_user) and not can_manage_appointment(acting_user, stand_in):
        raise Denied
    leave = Leave.objects.filter(stand_in=stand_in).select_related("appointment__unit").first()
    if leave is None:
        return
    locked = _lock_leave(leave)
    if locked.stand_in_id != stand_in.pk:
        return
    close_row(stand_in, clock.today() - DAY, _("不方便代"))
    locked.stand_in = None
    locked.save(update_fields=["stand_in"])
    audit.record(actor=acting_user, act="leave.stand_in_ended", obj=locked, unit_id=stand_in.unit_id)
    revoke([stand_in.person_id])
    news.leave_taken(locked)


def _close(leave: Leave, last_day: dt.date) -> None:
    """Write that it is over; one that never began ends on the day it would have begun."""
    leave.ends_on = max(leave.starts_on, last_day)
    leave.closed_at = clock.now()
    leave.save(update_fields=["ends_on", "closed_at"])


def close_past_leaves(appointment: Appointment | None = None) -> list[Leave]:
    """Close what has passed its last day, of one appointment or of all; returns them. For services and the clock.

    So ends the leave of an appointment that something else has ended (a roster, a merged unit), with whoever stood in.
    """
    today = clock.today()
    over = Q(ends_on__lt=today) | Q(appointment__ends_on__lt=today)
    past = Leave.objects.open().filter(over).select_related("appointment", "stand_in")
    if appointment is not None:
        past = past.filter(appointment=appointment)
    closed = list(past)
    for leave in closed:
        last = leave.appointment.ends_on or leave.ends_on
        if leave.stand_in and (leave.stand_in.ends_on or today) >= today:
            close_row(leave.stand_in, today - DAY, _("休假提前结束"))
            revoke([leave.stand_in.person_id])
        _close(leave, min(leave.ends_on, last))
    return closed
