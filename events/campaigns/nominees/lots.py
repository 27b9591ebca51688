"""The numbers of the candidates on paper ballots: drawn by lot as voting opens, from a seed that is written down."""

from __future__ import annotations

import hashlib
import secrets

from events.campaigns.models import Campaign, CampaignState, Nomination
from events.campaigns.phases import entering
from foundation import audit
from foundation.actors import SYSTEM


def order_by_lot(seed: str, uids: list[str]) -> list[str]:
    """The permutation that a seed gives: by SHA-256 of the seed and the uid, so that anybody can draw it again."""
    return sorted(uids, key=lambda uid: hashlib.sha256(f"{seed}|{uid}".encode()).hexdigest())


@entering(CampaignState.VOTING)
def draw_lots(campaign: Campaign) -> None:
    """Give every candidate a number from 1 on, once; the seed goes into the audit trail."""
    if Nomination.objects.filter(campaign=campaign).on_ballot().exists():
        return
    rows = {
        str(one.pk): one
        for one in Nomination.objects.filter(campaign=campaign).candidates().select_for_update().order_by("pk")
    }
    seed = secrets.token_hex(16)
    drawn = order_by_lot(seed, list(rows))
    for number, uid in enumerate(drawn, start=1):
        rows[uid].lot = number
    Nomination.objects.bulk_update(rows.values(), ["lot"], batch_size=500)
    audit.record(
        actor=SYSTEM, act="campaign.draw_lots", obj=campaign, unit_id=campaign.unit_id,
        data={"seed": seed, "candidates": len(drawn)},
    )  # fmt: skip
