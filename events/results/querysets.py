"""Sets of results; public from the winners' notice on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from volunteers.units.rights import person_id_of

if TYPE_CHECKING:
    from events.results.models import Outcome  # noqa: F401
    from foundation.actors import Actor

PUBLIC = ("winners_notice", "awarded", "archived")
"""States of a campaign in which its result is told; for nobody, staff included, before."""


def is_told(campaign: str = "") -> Q:
    """Condition: the winners' notice of a campaign began; a suspended notice goes on being read, an ended one has no
    result. `campaign`: what leads to it, with two underscores.
    """
    suspended = Q(**{f"{campaign}state": "suspended", f"{campaign}suspended_from__in": PUBLIC})
    return Q(**{f"{campaign}state__in": PUBLIC}) | suspended


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Sets of results."""

    def told(self) -> Self:
        """Of campaigns whose result is told."""
        return self.filter(is_told("campaign__"))

    def visible_to(self, user: Actor) -> Self:
        """Winners: everybody, from the winners' notice on. Any other result: the candidate alone."""
        mine = Q(nomination__person_id=person_id_of(user))
        return self.told().filter(Q(is_winner=True) | mine)

    def winners(self) -> Self:
        """The list of winners, by street and name."""
        rows = self.filter(is_winner=True).select_related(
            "nomination__person", "nomination__street", "nomination__neighbourhood"
        )
        return rows.order_by("nomination__street__path", "nomination__person__pinyin", "pk")
