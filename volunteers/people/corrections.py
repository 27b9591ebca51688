"""Correcting what is stored about somebody: by staff of the place, with a reason, and the person is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import audit, streams
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from volunteers.people.models import Gender, Person
from volunteers.people.permissions import places_of
from volunteers.units.rights import Right, has_right

SHORTEST_REASON = 4


@dataclass(frozen=True, slots=True)
class Correction:
    """How it should read. A number is what one signs in with, so it changes elsewhere, and ends sessions."""

    name: str
    gender: str = ""
    born_on: dt.date | None = None
    political_status: str = ""


def can_correct_person(user: Actor, person: Person) -> bool:
    """Whoever may appoint in every place where the person serves or lives."""
    places = places_of(person)
    return bool(places) and all(has_right(user, Right.APPOINT, unit) for unit in places)


def correct_person(*, person: Person, to: Correction, reason: str, acting_user: Actor) -> Person:
    """Write what is right; the person hears of it, the trail keeps which fields and why, never the values.

    Raises `Denied` for others than `can_correct_person`, `Invalid` for what cannot be, `Conflict` for an erased person.
    """
    if not is_system(acting_user) and not can_correct_person(acting_user, person):
        raise Denied(_("这位还在别的单位任职，请上级单位的工作人员来改。"))
    _check(to, reason)
    with transaction.atomic():
        return _write(person, to, reason.strip(), acting_user)


def _check(to: Correction, reason: str) -> None:
    wrong: dict[str, str] = {}
    if not to.name.strip():
        wrong["name"] = _("姓名不能空着。")
    if to.gender and to.gender not in Gender.values:
        wrong["gender"] = _("请重新选。")
    if len(reason.strip()) < SHORTEST_REASON:
        wrong["reason"] = _("写一下为什么改，至少 4 个字。")
    if wrong:
        raise Invalid(errors=wrong)


def _write(person: Person, to: Correction, reason: str, acting_user: Actor) -> Person:
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.erased_at:
        raise Conflict(_("这位的信息已经按本人要求删除。"))
    wanted = {one.name: getattr(to, one.name) for one in fields(to)}
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    if not changed:
        return row
    row.save()
    places = places_of(row)
    unit_id = places[0].pk if places else None
    audit.record(
        actor=acting_user,
        act="person.correct",
        obj=row,
        unit_id=unit_id,
        reason=reason,
        data={"fields": sorted(changed)},
    )
    _tell(row)
    return row


@streams.in_district_language
def _tell(person: Person) -> None:
    payload = {
        "title": _("您的信息有更正"),
        "body": _("工作人员更正了您的登记信息，请看看对不对。"),
        "url": reverse("me"),
        "icon": "me",
    }
    streams.publish(streams.person_key(person.pk), kind="person", payload=payload)
