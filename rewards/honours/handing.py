"""Handing records to a national volunteer system: each once, and once more if it was withdrawn after that."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.honours.models import HandOver, HandOverLine, ServiceRecord
from volunteers.units.models import Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, require

CHUNK = 1000
MOST_AT_ONCE = 20_000


def _in_period(unit: Unit, first_on: dt.date, last_on: dt.date) -> QuerySet[Any]:
    zone = timezone.get_default_timezone()
    first = dt.datetime.combine(first_on, dt.time(), zone)
    end = dt.datetime.combine(last_on + dt.timedelta(days=1), dt.time(), zone)
    return ServiceRecord.objects.filter(under([unit.path], "unit__path")).between(first, end)


def new_since(unit: Unit, first_on: dt.date, last_on: dt.date) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Records of the period that were never handed over, and those withdrawn since they were."""
    rows = _in_period(unit, first_on, last_on)
    fresh = rows.standing().exclude(handed_over__is_withdrawal=False)  # type: ignore[attr-defined]
    gone = rows.filter(withdrawal__isnull=False, handed_over__is_withdrawal=False)
    return fresh, gone.exclude(pk__in=HandOverLine.objects.filter(is_withdrawal=True).values("record_id"))


@transaction.atomic
def hand_over(
    *,
    id: uuid.UUID,  # noqa: A002
    unit: Unit,
    first_on: dt.date,
    last_on: dt.date,
    acting_user: Actor,
) -> HandOver:
    """Put what is new in a period into one batch; the same id again is the same batch.

    Two at once never take the same record: which batch has it is decided by the unique line. Who may: HONOUR and
    EXPORT in the unit. Raises `Denied`, `Invalid`, `Conflict` when there is nothing new, or more than one file holds.
    """
    require(acting_user, Right.HONOUR, unit)
    require(acting_user, Right.EXPORT, unit)
    if last_on < first_on:
        raise Invalid(errors={"last_on": _("结束日期不能早于开始日期。")})
    body = fingerprint({"unit": unit.pk, "from": first_on, "to": last_on})
    if stored := HandOver.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, body)
        return stored
    batch = HandOver.objects.create(
        id=id, unit=unit, first_on=first_on, last_on=last_on, by=acting_user, fingerprint=body, at=clock.now()
    )
    _take(batch)
    count = batch.lines.count()
    if not count:
        raise Conflict(_("这段时间没有新的时长，上次都交过了。"))
    data = {"records": count, "from": str(first_on), "to": str(last_on)}
    audit.record(actor=acting_user, act="honours.hand_over", obj=batch, unit_id=unit.pk, data=data)
    return batch


def _take(batch: HandOver) -> None:
    wanted = [
        HandOverLine(hand_over=batch, record_id=key, is_withdrawal=withdrawn)
        for withdrawn, rows in zip((False, True), new_since(batch.unit, batch.first_on, batch.last_on), strict=True)
        for key in rows.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1]
    ]
    if len(wanted) > MOST_AT_ONCE:
        raise Conflict(_("太多了，一次最多 %(most)d 条，请把日期分开。") % {"most": MOST_AT_ONCE})
    HandOverLine.objects.bulk_create(wanted, batch_size=CHUNK, ignore_conflicts=True)


def lines_of(batch: HandOver) -> Iterator[HandOverLine]:
    """What the file of a batch says, by date and unit; read a thousand at a time."""
    rows = batch.lines.select_related("record__person", "record__unit", "record__certifier")
    return rows.order_by("record__started_at", "record__unit__path", "record_id").iterator(CHUNK)
