"""An envelope that lies aside, a batch that waits for a second person and an open dispute, of every unit."""

from __future__ import annotations

import uuid

from django.utils import timezone

from events.ballots.models import BallotBox, Dispute, Envelope, QuarantineBatch, RollEntry
from events.ballots.roll.entries import make_box
from tests.ballots.making import before_the_freeze
from tests.permissions.things_nominees import archived
from tests.permissions.world import World
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """Each in a box of its own, so that any of them may be the newest."""
    campaign = archived(unit)
    box = make_box(campaign)
    BallotBox.objects.filter(pk=box.pk).update(roll_frozen_at=timezone.now())
    clerk = User.objects.create_user(f"proposer-{uuid.uuid4().hex[:12]}")
    batch = QuarantineBatch.objects.create(
        uid=uuid.uuid4(), box=box, unit=unit, verdict="void", reason="一台设备", proposed_by=clerk,
        proposed_at=timezone.now(), envelope_count=1,
    )  # fmt: skip
    aside(box, unit, batch)
    disputed = aside(box, unit, signals="dispute")
    assert disputed.entry
    dispute = Dispute.objects.create(
        uid=uuid.uuid4(), entry=disputed.entry, person=Person.objects.create(name=f"说的人{name}"),
        raised_at=timezone.now(),
    )  # fmt: skip
    world.things |= {
        ("quarantined", name): aside(box, unit),
        ("quarantine_batch", name): batch,
        ("dispute", name): dispute,
        ("disputed_campaign", name): campaign,
    }


def aside(box: BallotBox, unit: Unit, batch: QuarantineBatch | None = None, signals: str = "device") -> Envelope:
    """An envelope of an entry of its own."""
    with before_the_freeze():
        entry = RollEntry.objects.create(
            box=box, voter_key=uuid.uuid4().hex * 2, neighbourhood=unit, community=unit, street=unit
        )
    return Envelope.objects.create(
        uid=uuid.uuid4(), box=box, entry=entry, community=unit, ciphertext=b"0", sha256=uuid.uuid4().hex * 2,
        state="quarantined", sealed_on="phone", cast_at=timezone.now(), signals=signals, device_key=f"d{unit.pk}",
        network_key="n", batch=batch,
    )  # fmt: skip
