"""Sets of runs, ballots and issues on paper. None of them knows which mark a voter drew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

if TYPE_CHECKING:
    from events.ballots.models import PaperBallot, PaperIssue, PaperRun  # noqa: F401
    from foundation.actors import Actor


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
