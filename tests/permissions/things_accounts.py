"""What the matrix asks the addresses of sign-in about: a device, a passkey, a colleague, somebody at the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tests.cast import SINCE
from volunteers.accounts.models import Device, Passkey, User
from volunteers.accounts.second_factor import new_recovery_codes
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import STAFF, Appointment, Level, Role, Unit

if TYPE_CHECKING:
    from tests.permissions.world import World

_ROLES = {Level.DISTRICT: Role.DISTRICT_CLERK, Level.STREET: Role.STREET_CLERK, Level.COMMUNITY: Role.COMMUNITY_WORKER}
SORTS = {"colleague"}


def add(world: World, name: str, unit: Unit) -> None:
    """A colleague in a unit with staff, somebody who lives or serves there, and things of another account."""
    role = _ROLES.get(Level(unit.level))
    if role in STAFF:
        world.things["colleague", name] = _colleague(unit, role, name)
    world.things["subject", name] = _subject(world, unit, name)
    _own_things(world, name)


def _colleague(unit: Unit, role: Role, name: str) -> Person:
    person = Person.objects.create(name="同事")
    Appointment.objects.create(person=person, role=role, unit=unit, starts_on=SINCE)
    new_recovery_codes(User.objects.create_user(f"colleague-{name}", person=person))
    _passkey(person.user, f"colleague {name}")
    return person


def _subject(world: World, unit: Unit, name: str) -> Person:
    if ("colleague", name) in world.things:
        colleague: Person = world.things["colleague", name]
        return colleague
    if unit.level == Level.NEIGHBOURHOOD:
        person = Person.objects.create(name="窗口来的人")
        Resident.objects.create(person=person, neighbourhood=unit)
        return person
    held: Appointment = world.things["appointment", name]
    return held.person


def _own_things(world: World, name: str) -> None:
    """Of an account that no visitor has: everybody is told that there is nothing."""
    user = User.objects.create_user(f"stranger-{name}")
    world.things["device", name] = Device.objects.create(
        user=user,
        mark=f"{name:0>64}",
        key_sealed="k1:none",
        how="phone",
        since=timezone.now(),
        seen_on=timezone.localdate(),
    )
    world.things["passkey", name] = _passkey(user, f"stranger {name}")


def _passkey(user: User, digest: str) -> Passkey:
    return Passkey.objects.create(
        user=user, name="电脑", credential_digest=digest, credential="", created_at=timezone.now()
    )
