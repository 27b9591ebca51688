"""When something may be done with a box, in states of its campaign."""

from __future__ import annotations

from events.campaigns.models import CampaignState

BEFORE = (CampaignState.APPROVED, CampaignState.NOMINATING, CampaignState.VETTING, CampaignState.NOTICE)
"""Before voting opens: two persons agree on the freezing of the roll, the key is made."""
