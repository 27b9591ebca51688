"""Whom a task reaches: leaders of some roles in some units and below."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Substr

from events.tasks.known import known_task
from events.tasks.models import Task
from foundation.actors import Actor
from volunteers.units.models import LEVELS, Appointment, Level, Unit
from volunteers.units.querysets import AppointmentQuerySet, under
from volunteers.units.rights import Grant, grants

COMMUNITY_WIDTH = Unit.steplen * (LEVELS.index(Level.COMMUNITY) + 1)
"""Length of a community's path; the first so many characters of any path below name its community."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a preview says before a task is posted. Minutes are the sum over everybody asked."""

    people: int
    communities: int
    minutes: int

    @property
    def hours(self) -> float:
        """Person-hours, one decimal."""
        return round(self.minutes / 60, 1)


def leaders_asked(targets: Iterable[Unit], roles: Iterable[str]) -> AppointmentQuerySet:
    """Current appointments of these roles in these units and below."""
    scope = under((unit.path for unit in targets), "unit__path")
    return Appointment.objects.active().of_roles(roles).filter(scope)


def asked_by_community(targets: Sequence[Unit], roles: Iterable[str]) -> dict[str, int]:
    """How many are asked, by path of the community; one query however large the district."""
    rows = (
        leaders_asked(targets, roles)
        .annotate(community_path=Substr("unit__path", 1, COMMUNITY_WIDTH))
        .values("community_path")
        .annotate(asked=Count("id"))
        .values_list("community_path", "asked")
    )
    return dict(rows.order_by("community_path"))


def reach(targets: Sequence[Unit], roles: Iterable[str], minutes: int) -> Reach:
    """How many people a task would reach and what it would ask of them together."""
    asked = asked_by_community(targets, roles)
    people = sum(asked.values())
    return Reach(people=people, communities=len(asked), minutes=people * minutes)


def grants_asked(user: Actor, task: Task) -> list[Grant]:
    """The user's current roles that the task asks, in the order of their units."""
    return [
        grant
        for grant in grants(user)
        if grant.role in task.roles and any(grant.path.startswith(path) for path in task.target_paths)
    ]


def task_asking(user: Actor, task_id: uuid.UUID) -> Task | None:
    """The task, if it asks the user: at most one query. What asks the user is always visible to them."""
    task = known_task(task_id)
    return task if task and grants_asked(user, task) else None
