"""A box with a root and a box before the vote, with a custodian who serves there, of every unit."""

from __future__ import annotations

from events.ballots.models import BallotBox, Custodian
from events.ballots.roll.entries import make_box
from foundation import clock
from tests.permissions.things_nominees import archived
from tests.permissions.visitors import SERVES
from tests.permissions.world import World
from volunteers.accounts.models import User
from volunteers.units.models import Unit


def add(world: World, name: str, unit: Unit) -> None:
    """Two campaigns, so that what is told of one with a root can be told from one that has none yet."""
    sealed, keyed = archived(unit), archived(unit)
    box = make_box(sealed)
    BallotBox.objects.filter(pk=box.pk).update(root="ab" * 32, hashes=b"", closed_at=clock.now())
    keeper = next((who for who, where in SERVES.items() if where == name and who in world.users), "district_clerk")
    user = world.users.get(keeper) or User.objects.create_user(f"keeper-{name}")
    world.things |= {
        ("sealed_box", name): sealed,
        ("keyed_box", name): keyed,
        ("custodian", name): Custodian.objects.create(box=make_box(keyed), user=user),
    }
