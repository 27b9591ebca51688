"""The clock of campaigns."""

from __future__ import annotations

import structlog

from events.campaigns.models import Campaign
from events.campaigns.services import advance
from foundation.periodic import every

log = structlog.get_logger(__name__)


@every(20)
def move_campaigns() -> None:
    """Every running campaign as far as the time says; one that fails does not keep the others."""
    for campaign in Campaign.objects.running():
        try:
            advance(campaign)
        except Exception as error:
            log.exception("campaign did not move", campaign=str(campaign.uid), error=str(error))
