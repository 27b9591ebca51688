"""Who is told that somebody is on the roll now, in the same transaction: apps above register here in `ready()`.

Consent to being stored is kept by `people`, which lies above; it registers a listener and gets the channel with it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from foundation.actors import Actor

if TYPE_CHECKING:
    from volunteers.homes.models import Resident


class Channel(StrEnum):
    """How somebody agreed: with their own phone, through their leader, at the counter."""

    SELF = "self"
    PROXY = "proxy"
    COUNTER = "counter"


Listener = Callable[["Resident", Channel, Actor], None]
_listeners: list[Listener] = []


def on_joined(listener: Listener) -> Listener:
    """Register a listener: called with the entry, the channel of the consent, who acted. Raising refuses the entry."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(resident: Resident, channel: Channel, acting_user: Actor) -> None:
    """Tell everybody, in the caller's transaction."""
    for listener in _listeners:
        listener(resident, channel, acting_user)
