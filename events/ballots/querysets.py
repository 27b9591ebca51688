"""Sets with names: boxes, roll entries, envelopes; disputes and batches; paper. None knows who chose what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from events.ballots.models import (  # noqa: F401
        BallotBox,
        Custodian,
        Dispute,
        Envelope,
        PaperBallot,
        PaperIssue,
        PaperRun,
        QuarantineBatch,
        RollEntry,
    )
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

    def keyed_by(self, user: Actor) -> Self:
        """In the communities where the user stands at the counter."""
        return self.filter(under(paths_where(user, Right.KEY_BALLOTS), "community__path"))


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


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Sets of disputes. One's own are found by one's entry, never by a list."""

    def visible_to(self, user: Actor) -> Self:
        """In the units where the user keeps the box."""
        return self.filter(under(paths_where(user, Right.KEEP_BOX), "entry__community__path"))

    def open(self) -> Self:
        """Still to be talked over."""
        return self.filter(state="open")


class QuarantineBatchQuerySet(models.QuerySet["QuarantineBatch"]):
    """Sets of batches."""

    def visible_to(self, user: Actor) -> Self:
        """Proposed in the name of units where the user keeps the box."""
        return self.filter(under(paths_where(user, Right.KEEP_BOX), "unit__path"))

    def proposed(self) -> Self:
        """Waiting for a second person."""
        return self.filter(state="proposed")


class PaperRunQuerySet(models.QuerySet["PaperRun"]):
    """Sets of printed runs."""

    def visible_to(self, user: Actor) -> Self:
        """In the communities where the user keys ballots."""
        return self.filter(under(paths_where(user, Right.KEY_BALLOTS), "community__path"))


class PaperBallotQuerySet(models.QuerySet["PaperBallot"]):
    """Sets of printed ballots."""

    def visible_to(self, user: Actor) -> Self:
        """In the communities where the user keys ballots."""
        return self.filter(under(paths_where(user, Right.KEY_BALLOTS), "run__community__path"))

    def mismatched(self) -> Self:
        """Keyed twice, and not alike."""
        return self.filter(state="mismatch")

    def half_keyed(self) -> Self:
        """Read, but not yet alike by two people: they keep the box from being closed."""
        return self.filter(state__in=["keyed", "mismatch"])

    def came_back(self) -> Self:
        """Those that voters filled in: in the box, or invalid."""
        return self.filter(state__in=["sealed", "invalid"])


class PaperIssueQuerySet(models.QuerySet["PaperIssue"]):
    """Sets of ballots handed out."""

    def visible_to(self, user: Actor) -> Self:
        """In the communities where the user keys ballots."""
        return self.filter(under(paths_where(user, Right.KEY_BALLOTS), "community__path"))

    def out(self) -> Self:
        """Handed out, and not brought back unused."""
        return self.filter(returned_at__isnull=True)
