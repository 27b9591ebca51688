"""Full years of service without a gap: one, three, five, ten. They come by themselves, and staff can say it in person.

Service begins with the first of an unbroken row of appointments among the three heads, whatever the role and unit.
"""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from foundation import audit, clock
from foundation.actors import SYSTEM
from rewards.honours import certificates
from rewards.honours.models import Certificate, CertificateKind, CertificateState
from rewards.honours.numbers import new_number
from volunteers.units.models import THREE_HEADS, Appointment
from volunteers.units.querysets import AppointmentQuerySet

LOOK_BACK = 7
"""Days that the job looks back, for the days on which nothing ran."""
A_DAY = dt.timedelta(days=1)


def _held() -> AppointmentQuerySet:
    """In one's own right: standing in for somebody begins no service."""
    return Appointment.objects.of_roles(THREE_HEADS).filter(stands_in_for__isnull=True)


def beginnings(on: dt.date) -> QuerySet[Appointment]:
    """The first appointment of everybody who has served since then without a gap until a day; one row a person."""
    same = _held().filter(person_id=OuterRef("person_id"))
    before = same.filter(starts_on__lt=OuterRef("starts_on")).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("starts_on") - A_DAY)
    )
    goes_on = _held().filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=OuterRef("ends_on")),
        person_id=OuterRef("person_id"),
        starts_on__lte=OuterRef("ends_on") + A_DAY,
    )
    broken = same.filter(starts_on__gte=OuterRef("starts_on"), ends_on__lt=on).filter(~Exists(goes_on))
    twin = same.filter(starts_on=OuterRef("starts_on"), pk__lt=OuterRef("pk"))
    return _held().filter(starts_on__lte=on).filter(~Exists(before), ~Exists(broken), ~Exists(twin))


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day some years earlier; the first of March for a 29 February that was not there."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return dt.date(day.year - years, 3, 1)


def full_years(since: dt.date, day: dt.date) -> int:
    """Full years from a day to a day."""
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def this_month(day: dt.date, years: list[int]) -> Q:
    """Condition on a beginning: some full years of it fall into the month of a day."""
    condition = Q(pk__in=[])
    for count in years:
        first = dt.date(day.year - count, day.month, 1)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        condition |= Q(starts_on__range=(first, last))
    return condition


def kinds_by_years() -> dict[int, CertificateKind]:
    """The anniversaries that the district keeps."""
    rows = CertificateKind.objects.filter(is_active=True, years__isnull=False)
    return {kind.years: kind for kind in rows if kind.years}


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody's service reached some full years on a day."""

    begun: Appointment
    years: int
    on: dt.date


def reached(first: dt.date, last: dt.date, years: list[int]) -> list[Reached]:
    """Who reaches full years from a day to a day, and serves on the last of them."""
    days = [first + n * A_DAY for n in range((last - first).days + 1)]
    wanted = {(day, count): years_before(day, count) for day in days for count in years}
    rows = list(beginnings(last).filter(starts_on__in=set(wanted.values())).select_related("unit"))
    return [
        Reached(row, count, day) for row in rows for (day, count), since in wanted.items() if row.starts_on == since
    ]


def congratulate(today: dt.date | None = None) -> int:
    """A certificate and a word for everybody whose day it was in the last week, once; returns how many."""
    day = today or clock.today()
    kinds = kinds_by_years()
    found = reached(day - LOOK_BACK * A_DAY, day, sorted(kinds))
    now_at = _units_of([one.begun.person_id for one in found], day)
    return sum(_give(one, kinds[one.years], now_at.get(one.begun.person_id, one.begun.unit_id)) for one in found)


def _units_of(person_ids: list[int], day: dt.date) -> dict[int, int]:
    """Where each serves on a day, the highest place."""
    held = _held().active(day).filter(person_id__in=person_ids).order_by("-unit__path")
    return dict(held.values_list("person_id", "unit_id"))


@transaction.atomic
def _give(one: Reached, kind: CertificateKind, unit_id: int) -> bool:
    """Twice is once: the unique line of person, kind and first day decides."""
    made: Any = Certificate(
        id=uuid.uuid4(),
        number=new_number(),
        kind=kind,
        person_id=one.begun.person_id,
        unit_id=unit_id,
        title=kind.name,
        text=kind.words,
        since=one.begun.starts_on,
        dated_on=one.on,
        state=CertificateState.ISSUED,
        decided_at=clock.now(),
        at=clock.now(),
    )
    Certificate.objects.bulk_create([made], ignore_conflicts=True)
    stored = Certificate.objects.filter(pk=made.pk).select_related("unit").first()
    if stored is None:
        return False
    audit.record(actor=SYSTEM, act="honours.anniversary", obj=stored, unit_id=unit_id, data={"years": one.years})
    certificates.tell(stored)
    return True


def month_of(day: dt.date) -> QuerySet[Any]:
    """What is held on a day by those whose full years fall into its month, with `begun`, the first day of service."""
    begun = beginnings(day).filter(this_month(day, sorted(kinds_by_years())))
    first_day = begun.filter(person_id=OuterRef("person_id")).values("starts_on")[:1]
    rows = _held().active(day).filter(person_id__in=begun.values("person_id"))
    return rows.annotate(begun=Subquery(first_day))
