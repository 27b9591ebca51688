"""Sets of campaigns and of the people in them; `visible_to` is the one door for reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Substr

from volunteers.homes.selectors import home_path
from volunteers.units.models import LEVELS, Appointment, Level, Role, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, grants, paths_where, person_id_of

if TYPE_CHECKING:
    from events.campaigns.models import Campaign, Nomination, NomineeObjection, PanelMember  # noqa: F401
    from foundation.actors import Actor

_SHOWN = ("notice", "voting", "counting", "panel", "winners_notice", "awarded", "archived")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Sets of campaigns."""

    def visible_to(self, user: Actor) -> Self:
        """Whatever was approved is public; drafts, also those put away, for those who run campaigns there."""
        return self.filter(Q(approved_at__isnull=False) | under(paths_where(user, Right.RUN_CAMPAIGN), "unit__path"))

    def whole(self) -> Self:
        """With unit, rules and phases at hand, as the page of a campaign shows them."""
        return self.select_related("unit", "rules").prefetch_related("phases")

    def running(self) -> Self:
        """Approved, and neither awarded nor ended."""
        return self.exclude(state__in=["draft", "awarded", "archived", "terminated"])


class NominationQuerySet(models.QuerySet["Nomination"]):
    """Sets of nominations."""

    def visible_to(self, user: Actor) -> Self:
        """Candidates once their notice began: everybody. Before: oneself, who put them forward, neighbours of the same
        neighbourhood, of the same community once they agreed, the group leader above while households are wanted, and
        those above who vet. One query for where one lives.
        """
        me, home = person_id_of(user), home_path(user)
        shown = Q(campaign__state__in=_SHOWN) | Q(campaign__state="suspended", campaign__suspended_from__in=_SHOWN)
        seen = (Q(state__in=["candidate", "struck"]) | Q(lot__isnull=False)) & shown
        seen |= Q(person_id=me) | Q(nominated_by_id=me)
        if home:
            community = home[: Unit.steplen * (LEVELS.index(Level.COMMUNITY) + 1)]
            seen |= Q(state__in=["asked", "agreed"], neighbourhood__path=home)
            seen |= Q(state="agreed", neighbourhood__path__startswith=community)
        groups = [one.path for one in grants(user) if one.role == Role.GROUP_LEADER]
        seen |= Q(state__in=["asked", "agreed"]) & under(groups, "neighbourhood__path")
        return self.filter(seen | under(paths_where(user, Right.VET_NOMINEE), "neighbourhood__path"))

    def vetted_below(self, user: Actor) -> Self:
        """In the units where the user vets, whatever their state."""
        return self.filter(under(paths_where(user, Right.VET_NOMINEE), "neighbourhood__path"))

    def with_level(self) -> Self:
        """With `due`, the number of the level that has to decide next (0 the area … 3 the district, 4 none), and
        `stands`, the one that does so: the next above that has somebody who may, where nobody at the level itself may.
        None where all have decided.
        """
        from events.campaigns.models import Vetting

        passed = Vetting.objects.filter(nomination=OuterRef("pk"), is_passed=True).order_by().values("nomination")
        due = Coalesce(Subquery(passed.annotate(n=Count("pk")).values("n")), 0)
        last = len(VETTERS) - 1
        cases = [When(due__gt=last, then=Value(None))]
        cases += [
            When(_somebody_at(level, role), due__lte=number, then=Value(number))
            for number, (role, level) in enumerate(VETTERS[:last])
        ]
        return self.annotate(due=due).annotate(
            stands=Case(*cases, default=Value(last), output_field=IntegerField()),
        )

    def to_vet_by(self, user: Actor) -> Self:
        """Those that wait for the user: agreed, while campaigns vet, at the user's level; never oneself or one's
        own.
        """
        mine = Q(pk__in=[])
        for grant in grants(user):
            if grant.role in VETTER_NUMBER:
                mine |= Q(stands=VETTER_NUMBER[grant.role], neighbourhood__path__startswith=grant.path)
        me = person_id_of(user)
        waiting = self.filter(state="agreed", campaign__state="vetting").exclude(person_id=me)
        return waiting.exclude(nominated_by_id=me).with_level().filter(mine)

    def passed_everywhere(self) -> Self:
        """Passed by every level."""
        return self.with_level().filter(due__gte=len(VETTERS))

    def candidates(self) -> Self:
        """To be voted for, and to win: the paused ones too."""
        return self.filter(state="candidate")

    def on_ballot(self) -> Self:
        """Who stood there as voting opened, those too who left or were struck since: what a ballot may name."""
        return self.filter(lot__isnull=False)

    def by_place(self) -> Self:
        """Street, community, neighbourhood, as they are numbered: an order that says nothing of anybody."""
        return self.order_by("neighbourhood__path", "pk")


VETTERS = (
    (Role.AREA_LEADER, Level.AREA),
    (Role.COMMUNITY_WORKER, Level.COMMUNITY),
    (Role.STREET_CLERK, Level.STREET),
    (Role.DISTRICT_CLERK, Level.DISTRICT),
)
"""Who vets, from below upward."""
VETTER_NUMBER = {role: number for number, (role, _level) in enumerate(VETTERS)}


def _somebody_at(level: Level, role: Role) -> Exists:
    """Whether somebody holds the role above the nominee's neighbourhood who may decide: neither the nominee nor who
    put them forward.
    """
    width = Unit.steplen * (LEVELS.index(level) + 1)
    held = Appointment.objects.active().filter(role=role, unit__path=Substr(OuterRef("neighbourhood__path"), 1, width))
    held = held.exclude(person_id=OuterRef("person_id"))
    return Exists(held.exclude(person_id=Coalesce(OuterRef("nominated_by_id"), 0)))


class NomineeObjectionQuerySet(models.QuerySet["NomineeObjection"]):
    """Sets of objections."""

    def visible_to(self, user: Actor) -> Self:
        """One's own, and those that the clerks of street and district decide. The candidate is told of it, not by
        whom.
        """
        return self.filter(Q(by_id=person_id_of(user)) | self._decided(user))

    def decided_by(self, user: Actor) -> Self:
        """In the units where the user decides: clerks of the street (`KEEP_BOX`) and of the district."""
        return self.filter(self._decided(user))

    def _decided(self, user: Actor) -> Q:
        return under(paths_where(user, Right.KEEP_BOX), "nomination__neighbourhood__path")

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
