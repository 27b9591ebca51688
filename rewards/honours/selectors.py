"""One's own service: never anybody else's, never compared."""

from __future__ import annotations

from rewards.honours.models import ServiceRecord
from rewards.honours.querysets import ServiceRecordQuerySet


def hours_of(person_id: int) -> ServiceRecordQuerySet:
    """What one person served, newest first; withdrawn records are left out."""
    rows: ServiceRecordQuerySet = ServiceRecord.objects.filter(person_id=person_id).standing()
    return rows.order_by("-started_at")
