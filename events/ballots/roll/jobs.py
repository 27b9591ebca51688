"""What opening the vote asks for, and does: a roll that two persons agreed on and a key; then the roll is made."""

from __future__ import annotations

from events.ballots.roll.entries import make_roll, why_not_yet
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import entering, gate


@gate(CampaignState.VOTING)
def roll_is_agreed(campaign: Campaign) -> str:
    """Voting waits for two persons and for the key."""
    return why_not_yet(campaign)


@entering(CampaignState.VOTING)
def freeze(campaign: Campaign) -> None:
    """Whoever is confirmed at this instant may vote."""
    make_roll(campaign)
