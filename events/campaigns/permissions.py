"""Who may run a campaign; the second person."""

from __future__ import annotations

from events.campaigns.models import Campaign
from foundation.actors import Actor, is_system
from volunteers.units.models import Unit
from volunteers.units.rights import Right, has_right


def can_run_campaign(user: Actor, unit: Unit) -> bool:
    """Draft, suspend, resume, end, award: district clerks."""
    return has_right(user, Right.RUN_CAMPAIGN, unit)


def can_approve_campaign(user: Actor, campaign: Campaign) -> bool:
    """Whoever runs campaigns there and did not write this draft."""
    is_other = is_system(user) or user.pk != campaign.made_by_id
    return is_other and campaign.is_draft and can_run_campaign(user, campaign.unit)


def can_award_campaign(user: Actor, campaign: Campaign) -> bool:
    """Whoever runs campaigns there and did not approve this one: two people stand behind an award."""
    is_other = is_system(user) or user.pk != campaign.approved_by_id
    return is_other and can_run_campaign(user, campaign.unit)
