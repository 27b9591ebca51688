"""Sets of campaigns and of the people in them; `visible_to` is the one door for reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where, person_id_of

if TYPE_CHECKING:
    from events.campaigns.models import Campaign, Nomination, NomineeObjection, PanelMember  # noqa: F401
    from foundation.actors import Actor

_SHOWN = ("notice", "voting", "counting", "panel", "winners_notice", "awarded", "archived")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Sets of campaigns."""

    def visible_to(self, user: Actor) -> Self:
        """Whatever is no draft is public; drafts for those who run campaigns there."""
        return self.filter(~Q(state="draft") | under(paths_where(user, Right.RUN_CAMPAIGN), "unit__path"))

    def running(self) -> Self:
        """Approved, and neither awarded nor ended."""
        return self.exclude(state__in=["draft", "awarded", "archived", "terminated"])


class NominationQuerySet(models.QuerySet["Nomination"]):
    """Sets of nominations."""

    def visible_to(self, user: Actor) -> Self:
        """Candidates once their notice began: everybody. Before: oneself, who put them forward, neighbours of the
        same neighbourhood, and those above who vet.
        """
        me = person_id_of(user)
        return self.filter(
            Q(state__in=["candidate", "struck"], campaign__state__in=_SHOWN)
            | Q(person_id=me)
            | Q(nominated_by_id=me)
            | Q(neighbourhood__residents__person_id=me, neighbourhood__residents__state="confirmed")
            | under(paths_where(user, Right.VET_NOMINEE), "neighbourhood__path")
        ).distinct()

    def to_vet_by(self, user: Actor) -> Self:
        """In the units where the user vets."""
        return self.filter(under(paths_where(user, Right.VET_NOMINEE), "neighbourhood__path"))

    def candidates(self) -> Self:
        """On the ballot."""
        return self.filter(state="candidate")


class ObjectionQuerySet(models.QuerySet["NomineeObjection"]):
    """Sets of objections."""

    def visible_to(self, user: Actor) -> Self:
        """One's own, and those where the user runs campaigns. The candidate is told of it, not by whom."""
        mine = Q(by_id=person_id_of(user))
        return self.filter(mine | under(paths_where(user, Right.RUN_CAMPAIGN), "nomination__neighbourhood__path"))

    def open(self) -> Self:
        """Still to be decided."""
        return self.filter(state="open")


class PanelMemberQuerySet(models.QuerySet["PanelMember"]):
    """Sets of members of panels."""

    def visible_to(self, user: Actor) -> Self:
        """Oneself, and for those who run the campaign."""
        return self.filter(
            Q(person_id=person_id_of(user)) | under(paths_where(user, Right.RUN_CAMPAIGN), "campaign__unit__path")
        )

    def sitting(self) -> Self:
        """Who has not left."""
        return self.filter(left_at__isnull=True)
