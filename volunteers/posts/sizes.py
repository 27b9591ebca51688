"""Neighbourhoods too large or too small for one leader (5 to 15 households, sample), and what could be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Substr
from django.utils.translation import gettext as _

from volunteers.homes.models import HouseholdLink
from volunteers.units.models import LEVELS, Level, Unit

AREA_WIDTH = Unit.steplen * (LEVELS.index(Level.AREA) + 1)


def with_homes(units: QuerySet[Any]) -> QuerySet[Any]:
    """Neighbourhoods with `homes`: the households linked to each today, or the declared number where none is linked."""
    linked = (
        HouseholdLink.objects.active()
        .filter(neighbourhood_id=OuterRef("pk"))
        .order_by()
        .values("neighbourhood_id")
        .annotate(count=Count("pk"))
        .values("count")
    )
    count = Coalesce(Subquery(linked), "households_declared", output_field=IntegerField())
    found: Any = units.filter(level=Level.NEIGHBOURHOOD)
    annotated: QuerySet[Any] = found.current().annotate(homes=count)
    return annotated


def outside(units: QuerySet[Any]) -> QuerySet[Any]:
    """Those with too few or too many; a neighbourhood of which nothing is known is not listed.

    Links are counted once for all, not once for each neighbourhood: a district has 138,000 of them.
    """
    few, many = settings.POSTS_HOUSEHOLDS_FEWEST, settings.POSTS_HOUSEHOLDS_MOST
    links = HouseholdLink.objects.active().order_by()
    counted = links.values("neighbourhood_id").annotate(count=Count("pk"))
    wrong = counted.filter(Q(count__lt=few) | Q(count__gt=many)).values("neighbourhood_id")
    declared = Q(households_declared__lt=few) | Q(households_declared__gt=many)
    unlinked = ~Exists(links.filter(neighbourhood_id=OuterRef("pk")).values("pk"))
    return with_homes(units).filter(Q(pk__in=wrong) | (declared & unlinked))


@dataclass(frozen=True, slots=True)
class Advice:
    """What could be done about one neighbourhood."""

    kind: str  # give, join or split
    text: str
    other: Unit | None = None


def advice_for(units: Iterable[Any]) -> dict[int, Advice]:
    """The nearest neighbourhood that has room, in the same group before the same area; one query for all."""
    listed = list(units)
    areas = {unit.path[:AREA_WIDTH] for unit in listed}
    near: dict[str, list[Any]] = defaultdict(list)
    rows = Unit.objects.annotate(area=Substr("path", 1, AREA_WIDTH)).filter(area__in=areas)
    for unit in with_homes(rows):
        near[unit.area].append(unit)
    return {unit.pk: _advice(unit, near[unit.path[:AREA_WIDTH]]) for unit in listed}


def _advice(unit: Any, around: list[Any]) -> Advice:
    most = settings.POSTS_HOUSEHOLDS_MOST
    many = unit.homes > most
    # A large one gives what is too much; a small one could be looked after together with another.
    wanted = unit.homes - most if many else unit.homes
    fitting = [
        one for one in around if one.pk != unit.pk and (one.homes or 0) + wanted <= most and one.homes is not None
    ]
    if not fitting:
        return Advice("split", _("附近都满了，可以考虑拆成两个邻") if many else _("附近都满了，可以先不动"))
    group = unit.path[: -Unit.steplen]
    nearest = min(
        fitting,
        key=lambda one: (
            not one.path.startswith(group),
            abs(int(one.path[-4:], 36) - int(unit.path[-4:], 36)),
            one.path,
        ),
    )
    words = {"name": nearest.name, "homes": nearest.homes, "count": wanted}
    if many:
        return Advice("give", _("可以把 %(count)d 户交给 %(name)s（现在 %(homes)d 户）") % words, nearest)
    return Advice("join", _("可以和 %(name)s（现在 %(homes)d 户）合成一个邻") % words, nearest)
