"""Writes of service hours. A record is never changed: one source, one record; a mistake is withdrawn and both show."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Invalid, Missing
from rewards.honours.models import LONGEST, ServiceProof, ServiceRecord, ServiceWithdrawal
from volunteers.units.models import Role, Unit
from volunteers.units.rights import grants, person_id_of


def role_in(user: Actor, unit: Unit) -> str:
    """The role in which somebody acts in a unit, the nearest to it; empty for the system and for outsiders."""
    if is_system(user):
        return ""
    near: Role | None = None
    for grant in grants(user):  # in the order of the paths: the longest that still covers the unit comes last
        if unit.path.startswith(grant.path):
            near = grant.role
    return near.value if near else ""


def _certified(unit: Unit, acting_user: Actor) -> dict[str, object]:
    return {"certifier_id": person_id_of(acting_user) or None, "certifier_role": role_in(acting_user, unit)}


@transaction.atomic
def record_hours(
    *,
    person_id: int,
    project: str,
    started_at: dt.datetime,
    minutes: int,
    unit_id: int,
    source_key: str,
    acting_user: Actor,
) -> ServiceRecord:
    """Write down `minutes` of service, vouched for by whoever acts, in their role of the day. No points come of it.

    The same source gives the record that is there, a withdrawn one too: whoever records again after a withdrawal
    needs another source. No right of its own: the service that knows of the service has checked who may. Raises
    `Invalid` for minutes that cannot be.
    """
    if not 0 < minutes <= LONGEST:
        raise Invalid(errors={"minutes": _("时长要在 1 分钟和 24 小时之间。")})
    if stored := ServiceRecord.objects.filter(source_key=source_key).first():
        return stored
    unit = Unit.objects.get(pk=unit_id)
    record = ServiceRecord(
        id=uuid.uuid4(),
        person_id=person_id,
        project=project.strip()[:60],
        started_at=started_at,
        minutes=minutes,
        unit_id=unit_id,
        source_key=source_key,
        **_certified(unit, acting_user),
    )
    ServiceRecord.objects.bulk_create([record], ignore_conflicts=True)
    return ServiceRecord.objects.get(source_key=source_key)


@transaction.atomic
def withdraw_hours(*, source_key: str, reason: str, acting_user: Actor) -> ServiceWithdrawal:
    """Say that a record was wrong; twice is once. Certificates printed with it are void, since they say too much.

    No right of its own, as `record_hours`. Raises `Missing` for an unknown source, `Invalid` without a reason.
    """
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写明为什么撤回。")})
    record = ServiceRecord.objects.filter(source_key=source_key).first()
    if record is None:
        raise Missing
    if stored := ServiceWithdrawal.objects.filter(record=record).first():
        return stored
    made = ServiceWithdrawal(record=record, reason=reason.strip()[:200], actor_id=acting_user.pk)
    ServiceWithdrawal.objects.bulk_create([made], ignore_conflicts=True)
    _void_proofs(record)
    audit.record(actor=acting_user, act="honours.withdraw_hours", obj=record, unit_id=record.unit_id, reason=reason)
    return ServiceWithdrawal.objects.get(record=record)


def _void_proofs(record: ServiceRecord) -> None:
    """A paper that counts the record says more than was served."""
    day = timezone.localdate(record.started_at)
    counted = Q(person_id=record.person_id, first_on__lte=day, last_on__gte=day, printed_at__gte=record.at)
    ServiceProof.objects.filter(counted, withdrawn_at__isnull=True).update(
        withdrawn_at=clock.now(), reason=_("时长有更正，请重新打印")
    )
