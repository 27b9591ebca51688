"""A campaign with a box and a candidate; the residents of the cast are on its roll. It is archived: see nominees."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from events.ballots.models import RollCount, RollEntry
from events.ballots.roll.entries import make_box, voter_key
from tests.ballots.making import before_the_freeze
from tests.permissions.things_nominees import archived, named
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.units.models import Level, Unit


def add(world: World, name: str, unit: Unit) -> None:
    """In every unit, whatever its level."""
    campaign = archived(unit)
    named(campaign, unit, Person.objects.create(name=f"票上{name}"), "candidate")
    box = make_box(campaign)
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    box.public_key, box.roll_frozen_at = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), timezone.now()
    box.save(update_fields=["public_key", "roll_frozen_at"])
    here = world.cast.neighbourhood
    community, street = (Unit.objects.get(path=here.path_at(level)) for level in (Level.COMMUNITY, Level.STREET))
    voters = [world.users[one] for one in ("resident", "young_resident") if one in world.users]
    with before_the_freeze():
        RollEntry.objects.bulk_create(
            RollEntry(
                box=box, voter_key=voter_key(box, voter.person_id), neighbourhood=here, community=community,
                street=street,
            )
            for voter in voters
        )  # fmt: skip
    RollCount.objects.create(box=box, community=community, street=street, kind="voter", count=2)
    world.things["vote", name] = campaign
