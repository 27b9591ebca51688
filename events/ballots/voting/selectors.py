"""Who stands in the booth: a voter with their own phone, or at the counter's screen with a pass."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from events.ballots.models import BallotBox, CounterPass, Envelope, EnvelopeState, RollEntry
from events.ballots.roll.entries import entry_of
from events.ballots.suspicion.signals import refusal_from_afar
from events.ballots.voting.casting import HoldsPaper
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import is_open, phase_of
from foundation.errors import Conflict


@dataclass(frozen=True)
class Booth:
    """A campaign with its box, and the roll entry that is voted for here."""

    campaign: Campaign
    box: BallotBox
    entry: RollEntry
    counter_pass: CounterPass | None = None

    def url(self, name: str) -> str:
        """The address of one of the pages of voting (vote, review, cast) in this booth."""
        return reverse(f"{'counter' if self.counter_pass else 'ballot'}_{name}", args=[self.campaign.uid])

    @property
    def vote_url(self) -> str:
        """Where names are picked."""
        return self.url("vote")

    @property
    def review_url(self) -> str:
        """Where they are read back."""
        return self.url("review")

    @property
    def cast_url(self) -> str:
        """Where the envelope goes."""
        return self.url("cast")

    @property
    def done_url(self) -> str:
        """Where the receipt is."""
        return reverse("counter_done" if self.counter_pass else "ballot_receipt", args=[self.campaign.uid])

    @property
    def sealed_on(self) -> str:
        """Where an envelope is sealed that this browser seals itself."""
        return Envelope.SealedOn.COUNTER if self.counter_pass else Envelope.SealedOn.PHONE

    @cached_property
    def envelope(self) -> Envelope | None:
        """What was cast last, voided or not."""
        return Envelope.objects.filter(entry=self.entry).first()

    @property
    def standing(self) -> Envelope | None:
        """What the voter has in the box: nothing, once it was voided. Whether it lies aside is told to nobody."""
        found = self.envelope
        return found if found is not None and found.state != EnvelopeState.VOIDED else None

    @cached_property
    def refusal(self) -> Conflict | None:
        """Why nothing is taken here from this voter, before they begin to pick; none at the counter but for paper."""
        if self.entry.channel == RollEntry.Channel.PAPER:
            return HoldsPaper()
        return None if self.counter_pass else refusal_from_afar(self.envelope)

    @property
    def may_vote(self) -> bool:
        """Whether a vote would be taken now."""
        return self.is_open and self.refusal is None

    @cached_property
    def is_open(self) -> bool:
        """Whether votes are taken now."""
        return is_open(self.campaign, CampaignState.VOTING)

    @property
    def ends_at(self) -> dt.datetime | None:
        """Until when it may be changed."""
        phase = phase_of(self.campaign, CampaignState.VOTING)
        return phase.ends_at if phase else None


def box_with_roll(campaign: Campaign) -> BallotBox | None:
    """The box of a campaign once its roll is frozen and there is a key."""
    box = BallotBox.objects.defer("private_key").filter(campaign=campaign).first()
    return box if box is not None and box.is_ready else None


def booth_of(campaign: Campaign, person_id: int) -> Booth | None:
    """A voter's own booth; None for who is not on the roll, or while there is none."""
    box = box_with_roll(campaign)
    entry = entry_of(box, person_id) if box is not None and person_id else None
    return Booth(campaign, box, entry) if box is not None and entry is not None else None
