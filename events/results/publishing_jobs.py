"""The publication comes by itself: as the winners' notice begins, and again where an objection changed the result."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django_tasks import task

from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import entering
from events.results.publishing import TOPIC, ask, is_behind, publish
from foundation import outbox
from foundation.periodic import every

entering(CampaignState.WINNERS_NOTICE)(ask)
entering(CampaignState.AWARDED)(ask)


@outbox.handler(TOPIC)
def queue_asked(payloads: list[dict[str, Any]]) -> None:
    """Into the queue, since the files of a whole district take a while and the outbox has other things to do."""
    for campaign_id in sorted({payload["campaign"] for payload in payloads}):
        publish_campaign.enqueue(campaign_id)


@every(900)
def publish_forgotten() -> None:
    """Once more where a worker died over it: results that are public without their files, or with those of before."""
    for campaign in Campaign.objects.filter(state=CampaignState.WINNERS_NOTICE).select_related("unit", "rules"):
        if is_behind(campaign):
            publish_campaign.enqueue(campaign.pk)


@task()
def publish_campaign(campaign_id: int) -> None:
    """Write the files, the archive and the notice; two workers at once make one edition."""
    with tempfile.TemporaryDirectory(prefix="publication-") as folder:
        publish(Campaign.objects.get(pk=campaign_id), Path(folder), is_asked=True)
