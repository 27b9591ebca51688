"""Service that happened outside of events: one person of staff types it in, another one certifies it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.honours.models import LONGEST, EntryState, ServiceEntry
from rewards.honours.services import record_hours
from volunteers.people.models import Person
from volunteers.units.models import Unit
from volunteers.units.rights import Right, person_id_of, require

MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True)
class Service:
    """What somebody types in."""

    unit: Unit
    project: str
    started_at: dt.datetime
    minutes: int
    people: Sequence[Person]


@transaction.atomic
def enter_hours(*, id: uuid.UUID, service: Service, acting_user: Actor) -> ServiceEntry:  # noqa: A002
    """Write down what several people did, for a second person to certify. No points come of it.

    Who may: HONOUR in the unit; the people are among those the user sees. Raises `Denied`, `Invalid`.
    """
    require(acting_user, Right.HONOUR, service.unit)
    _check(service, acting_user)
    body = fingerprint(
        {
            "unit": service.unit.pk,
            "project": service.project,
            "at": service.started_at.isoformat(),
            "minutes": service.minutes,
            "people": sorted(person.pk for person in service.people),
        }
    )
    made = ServiceEntry(
        id=id,
        project=service.project.strip(),
        started_at=service.started_at,
        minutes=service.minutes,
        unit=service.unit,
        entered_by=acting_user,
        fingerprint=body,
        at=clock.now(),
    )
    if stored := ServiceEntry.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, body)
        return stored
    made.save(force_insert=True)
    made.people.set(service.people)
    data = {"people": len(service.people), "minutes": service.minutes}
    audit.record(actor=acting_user, act="honours.enter_hours", obj=made, unit_id=service.unit.pk, data=data)
    return made


def _check(service: Service, acting_user: Actor) -> None:
    errors = {}
    if not service.project.strip():
        errors["project"] = _("请写做了什么。")
    if not 0 < service.minutes <= LONGEST:
        errors["minutes"] = _("时长要在 1 分钟和 24 小时之间。")
    if service.started_at > clock.now():
        errors["started_at"] = _("还没到的时间，等做完了再记。")
    if not 0 < len(service.people) <= MOST_PEOPLE:
        errors["people"] = _("一次记 1 到 %(most)d 位。") % {"most": MOST_PEOPLE}
    elif not _all_seen(service.people, acting_user):
        errors["people"] = _("有的人不在您的范围里。")
    if errors:
        raise Invalid(errors=errors)


def _all_seen(people: Iterable[Person], acting_user: Actor) -> bool:
    keys = {person.pk for person in people}
    return Person.objects.visible_to(acting_user).living().filter(pk__in=keys).distinct().count() == len(keys)


def _lock(entry: ServiceEntry, acting_user: Actor) -> ServiceEntry:
    """The entry, waiting, and the acting user somebody else than who typed it in."""
    locked = ServiceEntry.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=entry.pk).first()
    if locked is None:
        raise Missing
    require(acting_user, Right.HONOUR, locked.unit)
    if locked.state != EntryState.WAITING:
        raise Conflict(_("这一条已经有人办过了。"))
    if locked.entered_by_id == acting_user.pk:
        raise Conflict(_("录入的人不能自己证明，请另一位同事来。"))
    return locked


@transaction.atomic
def certify_entry(*, entry: ServiceEntry, acting_user: Actor) -> ServiceEntry:
    """A second person says that it was so: the records are written, and vouched for by them.

    Nobody vouches for their own hours. Raises `Denied`, `Missing`, `Conflict`.
    """
    locked = _lock(entry, acting_user)
    people = sorted(locked.people.values_list("pk", flat=True))
    if person_id_of(acting_user) in people:
        raise Conflict(_("这里面有您自己的时长，请另一位同事证明。"))
    for person_id in people:
        record_hours(
            person_id=person_id,
            project=locked.project,
            started_at=locked.started_at,
            minutes=locked.minutes,
            unit_id=locked.unit_id,
            source_key=f"entry:{locked.pk}:{person_id}",
            acting_user=acting_user,
        )
    return _decide(locked, EntryState.CERTIFIED, "", acting_user)


@transaction.atomic
def refuse_entry(*, entry: ServiceEntry, reason: str, acting_user: Actor) -> ServiceEntry:
    """A second person says that it was not so; nothing is written. Raises `Invalid` without a reason."""
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么。")})
    return _decide(_lock(entry, acting_user), EntryState.REFUSED, reason.strip()[:200], acting_user)


def _decide(entry: ServiceEntry, state: EntryState, reason: str, acting_user: Actor) -> ServiceEntry:
    entry.state, entry.reason = state, reason
    entry.decided_by, entry.decided_at = acting_user, clock.now()
    entry.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    act = f"honours.entry_{state}"
    audit.record(actor=acting_user, act=act, obj=entry, unit_id=entry.unit_id, reason=reason)
    return entry
