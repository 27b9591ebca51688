"""Departments and their officers; party organisations are in `party.py`."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from foundation import audit, clock, line, outbox
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.orgs.models import Department, DepartmentOfficer
from volunteers.orgs.persons import person_id_by_phone
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, require


def _keeper_of_departments(acting_user: Actor) -> Unit:
    """The district, in which departments are kept. Raises `Denied` for those who do not keep them there."""
    district = Unit.objects.at(Level.DISTRICT).get()
    require(acting_user, Right.KEEP_DEPARTMENTS, district)
    return district


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Invalid(errors={"name": _("请填名称。")})
    if len(cleaned) > 60:
        raise Invalid(errors={"name": _("名称最多 60 个字。")})
    return cleaned


@transaction.atomic
def create_department(*, uid: uuid.UUID, name: str, acting_user: Actor) -> Department:
    """A new department. Who may: KEEP_DEPARTMENTS in the district. The same uid twice is one department.

    Raises `Denied`, `Invalid` for a name that is taken, `DifferentBody`.
    """
    district, cleaned = _keeper_of_departments(acting_user), _clean_name(name)
    print_ = fingerprint({"name": cleaned})
    try:
        with transaction.atomic():
            made = Department.objects.create(uid=uid, name=cleaned, fingerprint=print_)
    except IntegrityError:
        stored = Department.objects.filter(uid=uid).first()
        if stored is None:
            raise Invalid(errors={"name": _("已经有一个叫这个名字的部门。")}) from None
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    audit.record(actor=acting_user, act="department.add", obj=made, unit_id=district.pk)
    return made


@transaction.atomic
def rename_department(*, department: Department, name: str, acting_user: Actor) -> Department:
    """Another name for a department; the same name again changes nothing. Raises `Denied`, `Invalid`."""
    district, cleaned = _keeper_of_departments(acting_user), _clean_name(name)
    locked = Department.objects.select_for_update().get(pk=department.pk)
    if locked.name == cleaned:
        return locked
    locked.name, before = cleaned, locked.name
    try:
        with transaction.atomic():
            locked.save(update_fields=["name", "pinyin", "initials"])
    except IntegrityError:
        raise Invalid(errors={"name": _("已经有一个叫这个名字的部门。")}) from None
    data = {"from": before, "to": cleaned}
    audit.record(actor=acting_user, act="department.rename", obj=locked, unit_id=district.pk, data=data)
    return locked


@transaction.atomic
def add_officer(
    *, department: Department, person_id: int, starts_on: dt.date | None = None, acting_user: Actor
) -> DepartmentOfficer:
    """Somebody answers for a department from a day on, today when none is given; adding them again is the same row.

    Raises `Denied`, and `Conflict` when an earlier term of theirs ends only later.
    """
    district, day = _keeper_of_departments(acting_user), starts_on or clock.today()
    Department.objects.select_for_update().get(pk=department.pk)
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    if held := DepartmentOfficer.objects.filter(lasting, department=department, person_id=person_id).first():
        if held.ends_on is None:
            return held
        raise Conflict(_("这个人在这里的上一段到 %s 才结束。") % held.ends_on)
    made = DepartmentOfficer.objects.create(department=department, person_id=person_id, starts_on=day)
    audit.record(actor=acting_user, act="officer.add", obj=made, unit_id=district.pk)
    outbox.put(line.REVOKE, {"persons": [person_id]})
    return made


@transaction.atomic
def add_officer_by_phone(
    *, department: Department, name: str, phone: str, starts_on: dt.date | None = None, acting_user: Actor
) -> DepartmentOfficer:
    """The same for somebody named by name and number, entered as a person when the number is new."""
    district = _keeper_of_departments(acting_user)
    person_id = person_id_by_phone(name=name, phone=phone, acting_user=acting_user, unit_id=district.pk)
    return add_officer(department=department, person_id=person_id, starts_on=starts_on, acting_user=acting_user)


@transaction.atomic
def end_officer(
    *, officer: DepartmentOfficer, last_day: dt.date | None = None, reason: str = "", acting_user: Actor
) -> DepartmentOfficer:
    """An officer's last day, today when none is given: from midnight on they are none. The same day again is no change.

    Raises `Denied`, `Conflict` when it has ended before, `Invalid` for a day before the first.
    """
    district, day = _keeper_of_departments(acting_user), last_day or clock.today()
    locked = DepartmentOfficer.objects.select_for_update().get(pk=officer.pk)
    if locked.ends_on == day:
        return locked
    if locked.ends_on is not None and locked.ends_on < clock.today():
        raise Conflict(_("这一段已经结束了。"))
    if day < locked.starts_on:
        raise Invalid(errors={"last_day": _("最后一天不能早于开始日期。")})
    locked.ends_on = day
    locked.save(update_fields=["ends_on"])
    audit.record(actor=acting_user, act="officer.end", obj=locked, unit_id=district.pk, reason=reason)
    outbox.put(line.REVOKE, {"persons": [locked.person_id]})
    return locked
