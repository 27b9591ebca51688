"""Sets of proposals, objections and leaves; `visible_to` is the one door for reads."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from foundation import clock
from volunteers.homes.selectors import home_path
from volunteers.units.models import LEVELS, Level, Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, grants, paths_where, person_id_of

if TYPE_CHECKING:
    from foundation.actors import Actor
    from volunteers.posts.models import Leave, Objection, Proposal  # noqa: F401

COMMUNITY_WIDTH = Unit.steplen * (LEVELS.index(Level.COMMUNITY) + 1)


def circles(user: Actor) -> list[str]:
    """Paths of the communities in which somebody serves or lives: whose public notices concern them.

    For staff of a street or the district the whole of it.
    """
    paths = [grant.path for grant in grants(user)]
    if home := home_path(user):
        paths.append(home)
    return [path[:COMMUNITY_WIDTH] for path in paths]


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Sets of proposals."""

    def visible_to(self, user: Actor) -> Self:
        """Those in units where the user may propose by office, those they made themselves, those about them."""
        me = person_id_of(user)
        mine = Q(proposed_by_id=user.pk or 0) | Q(person_id=me) if me else Q(pk__in=[])
        return self.filter(under(paths_where(user, Right.PROPOSE), "unit__path") | mine)

    def noticed_to(self, user: Actor) -> Self:
        """In public notice in the user's own community, for everybody around."""
        return self.filter(under(circles(user), "unit__path"), state="noticed")

    def open(self) -> Self:
        """Still to be decided."""
        return self.filter(state__in=["proposed", "vetted", "noticed"])

    def notice_over(self, on: dt.date | None = None) -> Self:
        """Whose public notice has run."""
        return self.filter(state="noticed", notice_until__lt=on or clock.today())


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Sets of objections."""

    def visible_to(self, user: Actor) -> Self:
        """For those who decide about them."""
        return self.filter(under(paths_where(user, Right.APPOINT), "proposal__unit__path"))

    def open(self) -> Self:
        """Not decided."""
        return self.filter(state="open")


class LeaveQuerySet(models.QuerySet["Leave"]):
    """Sets of leaves."""

    def visible_to(self, user: Actor) -> Self:
        """One's own, and those in units whose people the user may see."""
        seen = under(paths_where(user, Right.SEE_PEOPLE), "appointment__unit__path")
        return self.filter(seen | Q(appointment__person_id=person_id_of(user)))

    def open(self) -> Self:
        """Not yet over, as far as is known."""
        return self.filter(closed_at__isnull=True)

    def running(self, on: dt.date | None = None) -> Self:
        """Away on a day."""
        day = on or clock.today()
        return self.open().filter(starts_on__lte=day, ends_on__gte=day)
