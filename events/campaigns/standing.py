"""Who hears that a candidate's standing changed: left, struck, or cleared of what was said against them.

Campaigns do not know what a result is; whoever keeps one registers here, and is called in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable

from events.campaigns.models import Nomination
from foundation.actors import Actor

Heard = Callable[[Nomination, str, Actor], object]
_listeners: list[Heard] = []


def on_standing_change(function: Heard) -> Heard:
    """Register a function of nomination, reason and who did it."""
    _listeners.append(function)
    return function


def standing_changed(nomination: Nomination, *, reason: str, acting_user: Actor) -> None:
    """Tell them, inside the caller's transaction."""
    for heard in _listeners:
        heard(nomination, reason, acting_user)
