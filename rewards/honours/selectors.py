"""One's own honours: never anybody else's, never compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from rewards.honours.models import Certificate, CertificateState, ServiceRecord, ThanksCard
from rewards.honours.querysets import ServiceRecordQuerySet

SHOWN_CARDS = 30


def hours_of(person_id: int) -> ServiceRecordQuerySet:
    """What one person served, newest first; withdrawn records are left out."""
    rows: ServiceRecordQuerySet = ServiceRecord.objects.filter(person_id=person_id).standing()
    return rows.order_by("-started_at", "pk")


@dataclass(slots=True)
class Year:
    """What one person served in a year."""

    year: int
    minutes: int = 0
    records: list[ServiceRecord] = field(default_factory=list)

    @property
    def hours(self) -> str:
        """2.5"""
        return hours_text(self.minutes)


def hours_text(minutes: int) -> str:
    """Minutes as hours with at most one decimal: 90 → 1.5, 60 → 1, 50 → 0.8."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


def service_by_year(records: Iterable[ServiceRecord]) -> list[Year]:
    """One's own records by year, the latest first, in the order given."""
    years: dict[int, Year] = {}
    for record in records:
        number = timezone.localtime(record.started_at).year
        year = years.setdefault(number, Year(number))
        year.minutes += record.minutes
        year.records.append(record)
    return [years[number] for number in sorted(years, reverse=True)]


def certificates_of(person_id: int, *, hidden: bool = False) -> list[Certificate]:
    """What somebody was given and still holds, the latest first; put away ones only when they are asked for."""
    rows = Certificate.objects.filter(person_id=person_id, state=CertificateState.ISSUED)
    return list(rows.filter(hidden_at__isnull=not hidden).select_related("unit").order_by("-dated_on", "pk"))


def cards_of(person_id: int, limit: int = SHOWN_CARDS) -> list[ThanksCard]:
    """Thank-you cards somebody was sent, the newest first."""
    return list(ThanksCard.objects.of(person_id).select_related("sender").order_by("-at")[:limit])


def newest_card(person_id: int, since: dt.datetime) -> ThanksCard | None:
    """The newest card of the last days, for a quiet line on the home page; one query."""
    rows = ThanksCard.objects.of(person_id).filter(at__gte=since)
    return rows.select_related("sender").order_by("-at").first()
