"""Sets of roll entries and envelopes with names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from events.ballots.models import BallotBox, Custodian, Envelope, RollEntry  # noqa: F401
    from foundation.actors import Actor


class BallotBoxManager(models.Manager["BallotBox"]):
    """Boxes without the list of hashes, 12 MB at full size, until somebody asks for it."""

    def get_queryset(self) -> models.QuerySet[BallotBox]:
        """Everything but `hashes`."""
        return super().get_queryset().defer("hashes")

    def visible_to(self, user: Actor) -> models.QuerySet[BallotBox]:
        """For those who run the campaign."""
        return self.filter(under(paths_where(user, Right.RUN_CAMPAIGN), "campaign__unit__path"))


class CustodianQuerySet(models.QuerySet["Custodian"]):
    """Sets of custodians."""

    def visible_to(self, user: Actor) -> Self:
        """Only the custodian's own: nobody else has anything to do there."""
        return self.filter(user_id=user.pk) if user.pk else self.none()

    def enrolled(self) -> Self:
        """Who has set a passphrase."""
        return self.filter(enrolled_at__isnull=False)


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
