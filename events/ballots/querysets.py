"""Sets of roll entries and envelopes with names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from events.ballots.models import Envelope, RollEntry  # noqa: F401
    from foundation.actors import Actor


class RollEntryQuerySet(models.QuerySet["RollEntry"]):
    """Sets of roll entries. A voter's own is found by the keyed digest only."""

    def visible_to(self, user: Actor) -> Self:
        """In the units where the user keeps the box."""
        return self.filter(under(paths_where(user, Right.KEEP_BOX), "community__path"))


class EnvelopeQuerySet(models.QuerySet["Envelope"]):
    """Sets of envelopes; whoever sees one sees when and why it is looked at, never whose it is or what is in it."""

    def visible_to(self, user: Actor) -> Self:
        """In the units where the user keeps the box."""
        return self.filter(under(paths_where(user, Right.KEEP_BOX), "community__path"))

    def quarantined(self) -> Self:
        """Waiting for people to decide."""
        return self.filter(state="quarantined")

    def in_the_box(self) -> Self:
        """What is opened."""
        return self.filter(state__in=["sealed", "released"])
