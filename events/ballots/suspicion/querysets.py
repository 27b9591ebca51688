"""Sets of disputes and of batches of quarantined envelopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from events.ballots.models import Dispute, QuarantineBatch  # noqa: F401
    from foundation.actors import Actor


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
