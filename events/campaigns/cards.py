"""What can be done in a campaign now: cards on its page and, the first of them, on the personal home.

Whoever has something to offer registers a function of user and campaign; it gives a card or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from events.campaigns.models import Campaign
from foundation.actors import Actor

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to do or to look at: what it is, a sentence, where it leads and what the button says.

    `is_main` is for the one thing that the phase is about.
    """

    title: Text
    text: Text
    url: str
    label: Text
    icon: str = "ribbon"
    is_main: bool = False


Offer = Callable[[Actor, Campaign], Card | None]
_offers: list[tuple[int, Offer]] = []


def card(order: int) -> Callable[[Offer], Offer]:
    """Register; smaller orders come first. A fixed number of queries each."""

    def register(offer: Offer) -> Offer:
        _offers.append((order, offer))
        _offers.sort(key=lambda one: one[0])
        return offer

    return register


def cards_of(user: Actor, campaign: Campaign) -> list[Card]:
    """What this user can do now; the main one first."""
    found = [made for _order, offer in _offers if (made := offer(user, campaign)) is not None]
    return sorted(found, key=lambda one: not one.is_main)
