"""A printed run, a mismatched ballot and a voter of the roll, of the community of every unit."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from events.ballots.models import BallotBox, PaperBallot, PaperIssue, PaperKeying, PaperRun, RollEntry
from events.ballots.paper.keying import Reading, seal_reading
from events.ballots.paper.runs import digest_of, new_mark
from events.ballots.roll.entries import make_box, voter_key
from events.campaigns.models import Campaign, Phase
from foundation import clock
from tests.ballots.making import before_the_freeze
from tests.permissions.things_nominees import archived, named
from tests.permissions.world import World
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """The campaign of each is over; `vote_today` opens its vote."""
    community = Unit.objects.get(path=unit.path[: 3 * Unit.steplen])
    campaign = archived(unit)
    candidate = named(campaign, unit, Person.objects.create(name=f"纸票上{name}"), "candidate")
    candidate.lot = 1
    candidate.save(update_fields=["lot"])
    box = _ready(campaign)
    run: Any = print_few(box, community)
    disagree(run)
    voter: Any = _voter(box, f"选民{name}", unit, community)
    voter.campaign, voter.mark, voter.box = campaign, run.marks[1], box
    run.campaign, run.voter = campaign, voter
    world.things |= {("paper_run", name): run, ("paper_voter", name): voter}


def _ready(campaign: Campaign) -> BallotBox:
    box = make_box(campaign)
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    box.public_key, box.roll_frozen_at = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), timezone.now()
    box.save(update_fields=["public_key", "roll_frozen_at"])
    return box


def _voter(box: BallotBox, name: str, unit: Unit, community: Unit) -> Resident:
    person = Person.objects.create(name=name)
    places = {"neighbourhood": unit, "community": community, "street": community}
    with before_the_freeze():
        RollEntry.objects.create(box=box, voter_key=voter_key(box, person), **places)
    return Resident.objects.create(
        person=person, neighbourhood=unit, state="confirmed", confirmed_at=timezone.now() - dt.timedelta(days=99)
    )


def print_few(box: BallotBox, community: Unit) -> PaperRun:
    """Three ballots, whose marks the row keeps in memory."""
    clerk = User.objects.create_user(f"printer-{uuid.uuid4().hex[:12]}", person=Person.objects.create(name="印票人"))
    run: Any = PaperRun.objects.create(
        uid=uuid.uuid4(), box=box, community=community, count=3, printed_by=clerk, printed_at=timezone.now()
    )
    run.marks = [new_mark() for _ballot in range(3)]
    for mark in run.marks:
        PaperBallot.objects.create(run=run, mark_digest=digest_of(box, mark))
    made: PaperRun = run
    return made


def disagree(run: PaperRun) -> PaperBallot:
    """The first ballot of a run, keyed by two clerks who read differently."""
    ballot = run.ballots.order_by("pk")[0]
    for lots in ((1,), ()):
        uid, name = uuid.uuid4(), f"录票人{uuid.uuid4().hex[:4]}"
        clerk = User.objects.create_user(f"keyer-{uid.hex[:12]}", person=Person.objects.create(name=name))
        PaperKeying.objects.create(
            uid=uid, ballot=ballot, clerk=clerk, choices_sealed=seal_reading(uid, Reading(lots)), keyed_at=clock.now()
        )
    PaperBallot.objects.filter(pk=ballot.pk).update(state="mismatch")
    return ballot


def somebody_asks(run: PaperRun) -> None:
    """The printer of a run asks for what does not agree to be put aside."""
    run.ballots.filter(state="mismatch").update(aside_asked_by=run.printed_by_id, reason="多出来的一张")


def vote_today(campaign: Campaign) -> None:
    """The vote of this campaign is open."""
    now, hour = timezone.now(), dt.timedelta(hours=1)
    Campaign.objects.filter(unit=campaign.unit).exclude(pk=campaign.pk).exclude(state="draft").update(state="archived")
    Campaign.objects.filter(pk=campaign.pk).update(state="voting")
    times = {"starts_at": now - hour, "ends_at": now + hour}
    Phase.objects.update_or_create(campaign=campaign, kind="voting", defaults=times)


def hand_out(voter: Resident) -> None:
    """The voter has a ballot."""
    key = voter_key(voter.box, voter.person)  # type: ignore[attr-defined]
    entry = RollEntry.objects.get(box=voter.box, voter_key=key)  # type: ignore[attr-defined]
    RollEntry.objects.filter(pk=entry.pk).update(channel="paper")
    PaperIssue.objects.create(
        uid=uuid.uuid4(), entry=entry, community=entry.community, issued_by=User.objects.all()[0], issued_at=clock.now()
    )
