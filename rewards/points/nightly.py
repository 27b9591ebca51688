"""What watches over the books by itself: every day gets its seal, every night all is added up, and a fault is told."""

from __future__ import annotations

import datetime as dt

import structlog
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from foundation import clock, streams
from foundation.periodic import every
from rewards.points.books import MOST, verify
from rewards.points.seal_models import LedgerCheck
from rewards.points.seals import Midnight, seal_days
from volunteers.units.models import Level, Role, Unit

log = structlog.get_logger(__name__)

NIGHT = range(1, 6)
"""Hours of the district in which a recount begins."""

_midnight = Midnight()


@every(600)
def seal_ledger() -> None:
    """Seal the days in which nobody writes any more."""
    if day := _midnight.passed():
        seal_days(before=day)


@every(600)
def recount_at_night() -> None:
    """Once a night; in the queue, since it takes minutes and the clock has other things to do."""
    now = timezone.localtime(clock.now(), timezone.get_default_timezone())
    if now.hour in NIGHT and not LedgerCheck.objects.filter(day=now.date()).exists():
        recount_ledger.enqueue(now.date().isoformat())


@task()
def recount_ledger(day: str) -> None:
    """Add everything up once for a day; of two workers the one that makes the day's row."""
    if _begin(dt.date.fromisoformat(day)):
        _end(dt.date.fromisoformat(day))


def _begin(day: dt.date) -> bool:
    made = LedgerCheck.objects.get_or_create(day=day)[1]
    return bool(made)


def _end(day: dt.date) -> None:
    verdict = verify()
    LedgerCheck.objects.filter(pk=day).update(
        ended_at=clock.now(),
        transfers=verdict.transfers,
        fault_count=len(verdict.faults),
        faults=verdict.faults[:MOST],
    )
    log.info("ledger recounted", day=day.isoformat(), transfers=verdict.transfers, faults=len(verdict.faults))
    if verdict.faults:
        log.error("the ledger does not balance", first=verdict.faults[0])
        _tell(day)


@streams.in_district_language
def _tell(day: dt.date) -> None:
    """Those who look after the whole district hear of it."""
    district = Unit.objects.filter(level=Level.DISTRICT).only("pk").first()
    if district is None:
        return
    payload = {
        "title": str(_("积分账要看一看")),
        "body": " ".join(alarms()),
        "url": reverse("wagtailadmin_home"),
        "icon": "alert",
    }
    roles = [Role.DISTRICT_CLERK.value]
    streams.publish(streams.unit_key(district.pk), kind="ledger", payload=payload, roles=roles, ref=f"ledger:{day}")


def last_recount() -> LedgerCheck | None:
    """The newest one that came to an end."""
    return LedgerCheck.objects.filter(ended_at__isnull=False).order_by("-day").first()


def alarms() -> list[str]:
    """What is wrong, in sentences for staff; empty when nothing is."""
    found = []
    done, newest = last_recount(), LedgerCheck.objects.order_by("-day").first()
    if done and done.fault_count:
        words = _("夜里核对积分账，有 %(count)d 处对不上。积分照常能用；请告诉系统管理员，不要自己改。")
        found.append(words % {"count": done.fault_count})
    if newest and newest.ended_at is None and newest.day < clock.today():
        found.append(_("积分账上一次没有核对完，请告诉系统管理员看一看后台进程。"))
    return found
