"""A campaign of each unit's district that was awarded and published."""

from __future__ import annotations

import hashlib

from django.utils import timezone

from events.campaigns.models import Campaign
from events.campaigns.rules import current_rules
from events.results.models import Publication
from events.results.publishing import archive_of
from tests.permissions.world import World
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """The archive is a file as good as any."""
    campaign = Campaign.objects.create(
        unit=Unit.objects.get(path=unit.path[: Unit.steplen]), title="评选", rules=current_rules(),
        approval_reference="云文〔2025〕1号", fingerprint="0" * 64, approved_at=timezone.now(), state="awarded",
    )  # fmt: skip
    fingerprint = hashlib.sha256(name.encode()).hexdigest()
    made = Publication.objects.create(campaign=campaign, edition=1, fingerprint=fingerprint, files={})
    path = archive_of(made)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PK")
    world.things["published", name] = campaign
