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


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Sets of results."""

    def visible_to(self, user: Actor) -> Self:
        """Winners: everybody, from the winners' notice on. Any other result: the candidate alone."""
        mine = Q(nomination__person_id=person_id_of(user))
        return self.filter(Q(is_winner=True) | mine, campaign__state__in=PUBLIC)

    def winners(self) -> Self:
        """The list of winners, by street and name."""
        return self.filter(is_winner=True).order_by("nomination__street__path", "nomination__person__pinyin")
