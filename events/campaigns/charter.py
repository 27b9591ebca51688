"""What is approved, in one text of which everybody can compute the fingerprint: rules, timetable, quota, reference."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from events.campaigns.calendar import Slot
from events.campaigns.models import Campaign, StreetQuota
from events.campaigns.rules import numbers_of
from foundation.idempotency import canonical

FORMAT = 1


def charter_of(campaign: Campaign, slots: Sequence[Slot], quotas: Sequence[StreetQuota], reference: str) -> str:
    """Canonical JSON; instants with the district's offset."""
    return canonical(
        {
            "format": FORMAT,
            "campaign": str(campaign.uid),
            "title": campaign.title,
            "district": campaign.unit.name,
            "approval_reference": reference,
            "rules": {"version": campaign.rules.number, **numbers_of(campaign.rules)},
            "timetable": [
                {"phase": str(one.kind), "starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat()}
                for one in slots
            ],
            "quota": [
                {"street": one.street.name, "leaders": one.leaders_count, "winners": one.winners_count}
                for one in quotas
            ],
        }
    )


def fingerprint_of(charter: str) -> str:
    """SHA-256 of the text, hex."""
    return hashlib.sha256(charter.encode()).hexdigest()
