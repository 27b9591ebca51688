"""Sets of tasks and check-ins, scoped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum

from volunteers.units.models import Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, grants, paths_where

if TYPE_CHECKING:
    from events.tasks.models import CheckIn, Task  # noqa: F401
    from foundation.actors import Actor


class TaskQuerySet(models.QuerySet["Task"]):
    """Sets of tasks."""

    def open(self) -> Self:
        """Taking check-ins."""
        return self.filter(state="published")

    def with_counts(self) -> Self:
        """Each with `asked` and `done`, added up from its tallies."""
        from events.tasks.models import TaskTally

        tallies = TaskTally.objects.filter(task_id=OuterRef("pk")).order_by().values("task_id")
        sums = {name: Subquery(tallies.annotate(n=Sum(name)).values("n")) for name in ("asked", "done")}
        return self.annotate(**sums)

    def asked_of(self, user: Actor) -> Self:
        """Tasks that ask one of the user's current roles, in a unit above or at the user's own."""
        from events.tasks.models import TaskTarget

        matching = Q(pk__in=[])
        for grant in grants(user):
            paths = [grant.path[:end] for end in range(Unit.steplen, len(grant.path) + 1, Unit.steplen)]
            reached = TaskTarget.objects.filter(unit__path__in=paths).values("task_id")
            matching |= Q(pk__in=reached, roles__icontains=f'"{grant.role.value}"')
        return self.filter(matching)

    def visible_to(self, user: Actor) -> Self:
        """Tasks that ask the user, were posted where the user sees roll-ups, or go to units where the user does."""
        from events.tasks.models import TaskTarget

        paths = paths_where(user, Right.SEE_ROLLUP)
        above = {path[:end] for path in paths for end in range(Unit.steplen, len(path) + 1, Unit.steplen)}
        reaching = TaskTarget.objects.filter(under(paths, "unit__path") | Q(unit__path__in=above)).values("task_id")
        asked = self.asked_of(user).values("pk")
        return self.filter(Q(pk__in=asked) | Q(pk__in=reaching) | under(paths, "unit__path"))


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    """Sets of check-ins."""

    def visible_to(self, user: Actor) -> Self:
        """One's own, and those in units where the user confirms or sees roll-ups."""
        scope = under(paths_where(user, Right.CONFIRM_CHECK_IN), "unit__path")
        return self.filter(Q(person_id=user.person_id) | scope)

    def waiting(self) -> Self:
        """Waiting to be confirmed."""
        return self.filter(state="submitted", task__needs_confirmation=True)
