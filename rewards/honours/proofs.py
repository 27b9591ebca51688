"""Printing one's own certificate of service, and calling a printed one void."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Count, Max, Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.honours.models import ServiceProof
from rewards.honours.numbers import new_number
from rewards.honours.querysets import ServiceRecordQuerySet
from rewards.honours.selectors import hours_of
from volunteers.people.models import Person
from volunteers.units.rights import person_id_of


def hours_in(person_id: int, year: int | None) -> ServiceRecordQuerySet:
    """What somebody served in a year, or ever."""
    rows = hours_of(person_id)
    if year is None:
        return rows
    zone = timezone.get_default_timezone()
    return rows.between(dt.datetime(year, 1, 1, tzinfo=zone), dt.datetime(year + 1, 1, 1, tzinfo=zone))


@transaction.atomic
def print_proof(
    *,
    id: uuid.UUID,  # noqa: A002
    year: int | None,
    shows_details: bool,
    acting_user: Actor,
) -> ServiceProof:
    """A paper about one's own service in a year (or ever), with a number that anybody may check.

    `shows_details`: whoever types the number also reads the days and the hours. The same id again is the same paper.
    Raises `Denied` for an account without a person, `Conflict` when there is nothing to certify.
    """
    person_id = person_id_of(acting_user)
    if not person_id:
        raise Denied
    body = fingerprint({"person": person_id, "year": year, "details": shows_details})
    Person.objects.select_for_update().get(pk=person_id)
    if stored := ServiceProof.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, body)
        return stored
    found = hours_in(person_id, year).aggregate(
        n=Count("pk"), minutes=Sum("minutes"), first=Min("started_at"), last=Max("started_at")
    )
    if not found["n"]:
        raise Conflict(_("这段时间还没有服务记录，有了再来打印。"))
    proof = ServiceProof.objects.create(
        id=id,
        number=new_number(),
        person_id=person_id,
        year=year,
        first_on=timezone.localdate(found["first"]),
        last_on=timezone.localdate(found["last"]),
        minutes=found["minutes"],
        count=found["n"],
        shows_details=shows_details,
        fingerprint=body,
        printed_at=clock.now(),
    )
    audit.record(actor=acting_user, act="honours.print_proof", obj=proof, data={"details": shows_details})
    return proof


@transaction.atomic
def withdraw_proof(*, proof: ServiceProof, acting_user: Actor) -> ServiceProof:
    """The owner calls a paper void, since it was lost or says too much; twice is once. Raises `Missing` for others."""
    locked = ServiceProof.objects.visible_to(acting_user).select_for_update().filter(pk=proof.pk).first()
    if locked is None:
        raise Missing
    if locked.withdrawn_at is None:
        locked.withdrawn_at = clock.now()
        locked.reason = _("本人作废")
        locked.save(update_fields=["withdrawn_at", "reason"])
        audit.record(actor=acting_user, act="honours.withdraw_proof", obj=locked)
    return locked
