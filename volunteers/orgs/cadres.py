"""Who of the offices serves as a leader (A2), from what the roster stored: counts by place and by employer, no form.

Nobody is compared: places stand in the order of the tree, employers in the order of their names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Substr

from foundation.actors import Actor
from volunteers.units.models import LEVEL_OF_ROLE, LEVELS, THREE_HEADS, Appointment, Level, Role, Unit
from volunteers.units.querysets import AppointmentQuerySet, under
from volunteers.units.rights import Right, paths_where


@dataclass(frozen=True, slots=True)
class CadreFigures:
    """One line: how many cadres serve, as what, for how many declared households, beside how many vacant posts."""

    people: int = 0
    area_leaders: int = 0
    group_leaders: int = 0
    neighbour_leaders: int = 0
    households: int = 0
    vacancies: int = 0


def cadre_posts_visible_to(user: Actor) -> AppointmentQuerySet:
    """Posts of the three heads that cadres hold or held, where the user may see cadres."""
    posts = Appointment.objects.of_roles(THREE_HEADS).filter(is_cadre=True)
    return posts.filter(under(paths_where(user, Right.SEE_CADRES), "unit__path"))


def cadres_visible_to(user: Actor) -> AppointmentQuerySet:
    """Those of them that are held today."""
    return cadre_posts_visible_to(user).active()


def employers_visible_to(user: Actor) -> list[str]:
    """The offices that these cadres come from, by name."""
    named = cadres_visible_to(user).exclude(employer="").order_by("employer")
    return list(named.values_list("employer", flat=True).distinct())


def _as(role: Role) -> Count:
    return Count("pk", filter=Q(role=role))


def with_cadre_counts(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Posts grouped by what `values` named before, with the figures of each group.

    Households are the declared ones of the neighbourhoods that a cadre leads; a group or an area has none of its own.
    """
    households = Sum("unit__households_declared", filter=Q(role=Role.NEIGHBOUR_LEADER))
    return rows.annotate(
        people=Count("person", distinct=True),
        area_leaders=_as(Role.AREA_LEADER),
        group_leaders=_as(Role.GROUP_LEADER),
        neighbour_leaders=_as(Role.NEIGHBOUR_LEADER),
        households=Coalesce(households, 0, output_field=IntegerField()),
    )


def _width(level: Level) -> int:
    return Unit.steplen * (LEVELS.index(level) + 1)


def vacancies_by_place(paths: Iterable[str], level: Level) -> dict[str, int]:
    """Posts of the three heads without a current holder, by the path of the unit of this level that they lie in."""
    fitting = Q(pk__in=[])
    for role in THREE_HEADS:
        fitting |= Q(role=role, unit__level=LEVEL_OF_ROLE[role])
    held = Appointment.objects.active().filter(fitting, stands_in_for__isnull=True).values("unit_id")
    posts = Unit.objects.current().filter(under(paths), level__in=[LEVEL_OF_ROLE[role] for role in THREE_HEADS])
    units = posts.exclude(pk__in=held).order_by()
    counted = units.annotate(at=Substr("path", 1, _width(level))).values_list("at").annotate(n=Count("pk"))
    return dict(counted)


def figures_by_place(rows: AppointmentQuerySet, paths: Iterable[str], level: Level) -> dict[str, CadreFigures]:
    """The figures of every unit of a level that has a cadre or a vacancy, by its path. Two queries."""
    posts = rows.order_by().annotate(at=Substr("unit__path", 1, _width(level))).values("at")
    found = {row.pop("at"): row for row in with_cadre_counts(posts)}
    vacant = vacancies_by_place(paths, level)
    return {
        path: CadreFigures(**found.get(path, {}), vacancies=vacant.get(path, 0))
        for path in found.keys() | vacant.keys()
    }
