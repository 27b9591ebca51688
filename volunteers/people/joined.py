"""Whoever is entered on the roll of residents agreed to it: the consent is kept in the transaction of the entry."""

from __future__ import annotations

from foundation.actors import Actor
from volunteers.homes.joined import Channel, on_joined
from volunteers.homes.models import Resident
from volunteers.people.documents import RESIDENTS
from volunteers.people.services import give_consent


@on_joined
def keep_consent(resident: Resident, channel: Channel, acting_user: Actor) -> None:
    """As it was given: on their own phone, through their leader, at the counter."""
    give_consent(person=resident.person, document=RESIDENTS, channel=channel.value, acting_user=acting_user)
