"""Who may do what with the roll and the box. Pure questions, no writes."""

from __future__ import annotations

from events.ballots.models import BallotBox
from events.campaigns.models import Campaign
from foundation.actors import Actor
from volunteers.units.rights import Right, has_right


def can_freeze_roll(user: Actor, campaign: Campaign, box: BallotBox | None) -> bool:
    """Who keeps the box in the whole district; the second one is not the first."""
    if not has_right(user, Right.KEEP_BOX, campaign.unit):
        return False
    return box is None or (box.roll_confirmed_at is None and box.roll_proposed_by_id != user.pk)
