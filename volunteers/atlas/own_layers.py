"""The layers that need nothing but units and appointments: posts without a holder, and households with a leader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.db.models import Count, Exists, OuterRef, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.actors import Actor
from volunteers.atlas.layers import MOST_LINES, Layer, Line, Number, Places, Share, register
from volunteers.units.models import LEVEL_OF_ROLE, THREE_HEADS, Appointment, Level, Unit
from volunteers.units.querysets import UnitQuerySet
from volunteers.units.selectors import breadcrumbs

POSTS = {LEVEL_OF_ROLE[role]: role for role in THREE_HEADS}


def _held(*, stand_ins: bool) -> Exists:
    held = Appointment.objects.active().of_roles(THREE_HEADS).filter(unit=OuterRef("pk"))
    return Exists(held if stand_ins else held.filter(stands_in_for__isnull=True))


def vacant_units() -> UnitQuerySet:
    """Units of the three heads without a current holder; a stand-in fills in and does not fill the post."""
    return Unit.objects.current().filter(~_held(stand_ins=False), level__in=list(POSTS))


def _vacancies(places: Places) -> Mapping[int, Number]:
    rows = vacant_units().filter(places.inside()).order_by().annotate(at=places.place()).values("at")
    return places.fold(rows.annotate(n=Count("pk")).values_list("at", "n"))


def _vacant_lines(unit: Unit, _user: Actor) -> Iterator[Line]:
    found = list(vacant_units().under(unit)[:MOST_LINES])
    where = breadcrumbs(found)
    for one in found:
        role = POSTS[Level(one.level)].label
        yield Line(f"{one.name} · {role}", where[one.pk], url=reverse("console_map_unit", args=[one.uid]))


def _coverage(places: Places) -> Mapping[int, Number]:
    rows = (
        Unit.objects.current()
        .at(Level.NEIGHBOURHOOD)
        .filter(places.inside(), households_declared__gt=0)
        .order_by()
        .annotate(at=places.place(), led=_held(stand_ins=True))
        .values("at", "led")
        .annotate(n=Sum("households_declared"))
    )
    sums: dict[bool, list[tuple[str, int]]] = defaultdict(list)
    for path, led, households in rows.values_list("at", "led", "n"):
        sums[bool(led)].append((path, households))
    with_leader, without = places.fold(sums[True]), places.fold(sums[False])
    return {
        key: Share(with_leader.get(key, 0), with_leader.get(key, 0) + without.get(key, 0))
        for key in {*with_leader, *without}
    }


def _uncovered_lines(unit: Unit, _user: Actor) -> Iterator[Line]:
    lonely = Unit.objects.current().at(Level.NEIGHBOURHOOD).filter(~_held(stand_ins=True), households_declared__gt=0)
    found = list(lonely.under(unit)[:MOST_LINES])
    where = breadcrumbs(found)
    for one in found:
        households = _("%(n)d 户") % {"n": one.households_declared or 0}
        detail = " · ".join(part for part in (where[one.pk], one.place) if part)
        yield Line(one.name, detail, households, reverse("console_map_unit", args=[one.uid]))


register(
    Layer(
        name="vacancies",
        label=gettext_lazy("空缺"),
        about=gettext_lazy("片长、组长、邻长里暂时没有人的岗位"),
        counted=gettext_lazy("个岗位"),
        hand=gettext_lazy("%(n)s 个岗位暂时没有人"),
        numbers=_vacancies,
        lines=_vacant_lines,
        order=10,
    )
)
register(
    Layer(
        name="coverage",
        label=gettext_lazy("覆盖"),
        about=gettext_lazy("有邻长联系的住户"),
        counted=gettext_lazy("户"),
        hand=gettext_lazy("%(n)s 户暂时没有邻长联系"),
        numbers=_coverage,
        lines=_uncovered_lines,
        is_share=True,
        order=20,
    )
)
