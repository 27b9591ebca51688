"""What lies in the box of the sample: sealed with its real key, so that it can be opened as any other."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from config.demo.when import Calendar
from events.ballots import sealing
from events.ballots.models import BallotBox, Envelope, EnvelopeState, RollEntry, RollKind, TurnoutShard
from events.ballots.roll.entries import voter_key
from events.campaigns.models import CampaignState, Nomination
from volunteers.people.models import Person

TURNOUT, ANSWERED, CHANGED = 0.6, 0.7, 0.06
AT_ONE_PHONE = 7
"""Voters who all sent from one phone, at two in the night: put aside until people have looked."""
STEPS = (5, 5, 5, 4, 4, 4, 3, 2)


@dataclass
class Voters:
    """Draws choices: rather from one's own street, and some candidates are better known than others."""

    candidates: Sequence[Nomination]
    rng: random.Random
    known: dict[uuid.UUID, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = {one.pk: self.rng.uniform(1, 6) for one in self.candidates}

    def choose(self, street_id: int) -> list[uuid.UUID]:
        """One to five names."""
        weights = [self.known[one.pk] * (12 if one.street_id == street_id else 1) for one in self.candidates]
        return [one.pk for one in self.rng.choices(self.candidates, weights, k=self.rng.randint(1, 5))]

    def step(self) -> int:
        """What a household answers."""
        return self.rng.choice(STEPS)


def vote(
    box: BallotBox, candidates: Sequence[Nomination], spared: Iterable[Person], calendar: Calendar, rng: random.Random
) -> int:
    """More than half of the voters and of the households that are asked, but for those spared. Returns how many."""
    left_out = {voter_key(box, one) for one in spared}
    entries = [one for one in RollEntry.objects.filter(box=box).order_by("pk") if one.voter_key not in left_out]
    voters, began = Voters(candidates, rng), box.campaign.phases.get(kind=CampaignState.VOTING).starts_at
    rows = []
    for entry in entries:
        asked = entry.kind == RollKind.HOUSEHOLD
        if rng.random() < (ANSWERED if asked else TURNOUT):
            names = [entry.about_id] if asked else voters.choose(entry.street_id)
            paper = sealing.write_paper(box.campaign.uid, filter(None, names), voters.step() if asked else 0)
            rows.append(_envelope(box, entry, paper, calendar.between(began, calendar.now), rng))
    _one_phone(rows, candidates[0].street_id, calendar)
    Envelope.objects.bulk_create(rows, batch_size=500)
    _count(box, rows)
    return len(rows)


def _envelope(box: BallotBox, entry: RollEntry, paper: bytes, at: dt.datetime, rng: random.Random) -> Envelope:
    sealed = sealing.seal(box.campaign.uid, bytes(box.public_key or b""), paper)
    return Envelope(
        uid=uuid.UUID(int=rng.getrandbits(128), version=4), box=box, entry=entry, kind=entry.kind,
        community_id=entry.community_id, ciphertext=sealed, sha256=sealing.hash_of(sealed), cast_at=at,
        sealed_on=Envelope.SealedOn.PHONE if rng.random() < 0.9 else Envelope.SealedOn.SERVER,
        replaced_count=int(rng.random() < CHANGED), device_key=rng.randbytes(12).hex(),
        network_key=rng.randbytes(12).hex(),
    )  # fmt: skip


def _one_phone(rows: Sequence[Envelope], street_id: int, calendar: Calendar) -> None:
    """Some voters of one community of the home street."""
    here = [one for one in rows if one.kind == RollKind.VOTER and one.entry and one.entry.street_id == street_id]
    if not here:
        return
    community_id = here[-1].community_id
    night = calendar.ahead(0 if calendar.now.astimezone().hour > 3 else -1, 2, 11)
    for number, one in enumerate([one for one in here if one.community_id == community_id][:AT_ONE_PHONE]):
        one.device_key = one.network_key = here[-1].device_key
        one.cast_at = night + dt.timedelta(seconds=37 * number)
        one.state, one.signals = EnvelopeState.QUARANTINED, "device,night"


def _count(box: BallotBox, rows: Sequence[Envelope]) -> None:
    """The turnout, and which way the entries went, as casting keeps them."""
    RollEntry.objects.filter(envelope__box=box).update(channel=RollEntry.Channel.PHONE)
    for (kind, community_id), count in Counter((one.kind, one.community_id) for one in rows).items():
        shard = TurnoutShard.objects.filter(box=box, kind=kind, community_id=community_id, shard=count % 16)
        shard.update(count=count)
