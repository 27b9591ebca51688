"""Boxes for tests of the opening: with a key, candidates, a roll, and envelopes sealed and laid in."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence

from django.utils import timezone

from events.ballots import sealing
from events.ballots.models import BallotBox, Envelope, RollEntry
from events.ballots.roll.entries import make_box
from events.campaigns.models import Campaign, CampaignState, Nomination
from tests.ballots.custodians import make_keys
from tests.ballots.making import make_campaign, make_candidate
from tests.campaigns.making import clerk_of
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.units.models import Role, Unit


def other_clerk(cast: Cast) -> User:
    """A second district clerk."""
    return clerk_of(cast.district, Role.DISTRICT_CLERK, "程立")


def box_with_key(cast: Cast, *keepers: User, threshold: int = 1) -> tuple[BallotBox, list[Nomination]]:
    """The box of a campaign in notice with a key, and its candidates."""
    campaign = make_campaign(cast, CampaignState.NOTICE)
    stood = [make_candidate(campaign, one) for one in (cast.leader, cast.leader2, cast.other_leader)]
    box = make_box(campaign)
    if keepers:
        make_keys(box, keepers, threshold)
    return BallotBox.objects.select_related("campaign__unit").get(pk=box.pk), stood


def roll_for(box: BallotBox, neighbourhood: Unit, count: int) -> list[RollEntry]:
    """Voters of one neighbourhood."""
    community, street = neighbourhood.get_ancestors().filter(level__in=["street", "community"]).order_by("-depth")
    return RollEntry.objects.bulk_create(
        RollEntry(
            box=box, voter_key=uuid.uuid4().hex * 2, neighbourhood=neighbourhood, community=community, street=street,
            channel="phone",
        )
        for _number in range(count)
    )  # fmt: skip


def lay_in(box: BallotBox, entries: Sequence[RollEntry], papers: Iterable[bytes], **columns: object) -> list[Envelope]:
    """An envelope for each entry, in this order; a paper of other than 98 bytes goes in as it is."""
    public, campaign = bytes(box.public_key or b""), box.campaign.uid
    made = []
    for entry, paper in zip(entries, papers, strict=True):
        sealed = sealing.seal(campaign, public, paper) if len(paper) == sealing.PAPER_LENGTH else paper
        values = {"state": "sealed", "kind": entry.kind, "sealed_on": "phone", "cast_at": timezone.now()} | columns
        made.append(
            Envelope(
                uid=uuid.uuid4(), box=box, entry=entry, community_id=entry.community_id, ciphertext=sealed,
                sha256=hashlib.sha256(sealed).hexdigest(), **values,
            )
        )  # fmt: skip
    return Envelope.objects.bulk_create(made)


def to_counting(box: BallotBox) -> BallotBox:
    """The vote is over."""
    Campaign.objects.filter(pk=box.pk).update(state=CampaignState.COUNTING)
    return BallotBox.objects.select_related("campaign__unit", "campaign__rules").get(pk=box.pk)


def filled_box(cast: Cast, count: int = 12, *, threshold: int = 1, keepers: Sequence[User] = ()) -> BallotBox:
    """A box whose vote is over, with so many proper envelopes of one neighbourhood; the n-th chose candidate n
    modulo 3.
    """
    box, stood = box_with_key(cast, *(keepers or (cast.worker,)), threshold=threshold)
    entries = roll_for(box, cast.neighbourhood, count)
    choices = [[stood[number % len(stood)].pk] for number in range(count)]
    lay_in(box, entries, [sealing.write_paper(box.campaign.uid, one) for one in choices])
    return to_counting(box)
