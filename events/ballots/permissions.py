"""Who may do what with the roll and the box. Pure questions, no writes."""

from __future__ import annotations

from events.ballots.models import BallotBox
from foundation.actors import Actor
from volunteers.units.rights import Right, has_right


def can_freeze_roll(user: Actor, box: BallotBox) -> bool:
    """Who keeps the box in the whole district; the second one is not the first."""
    if box.roll_confirmed_at is not None or not has_right(user, Right.KEEP_BOX, box.campaign.unit):
        return False
    return box.roll_proposed_by_id != user.pk
