"""The layers that come from the people's side: posts, households, doors, party organisations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.actors import Actor
from volunteers.atlas.layers import MOST_LINES, Layer, Line, Number, Places, Share, register
from volunteers.homes.models import Building, Household, HouseholdLink
from volunteers.homes.selectors import lonely_doors
from volunteers.orgs.selectors import should_have, units_without_party
from volunteers.posts.selectors import vacant
from volunteers.units.models import LEVEL_OF_ROLE, THREE_HEADS, Appointment, Level, Unit
from volunteers.units.selectors import breadcrumbs

COMMUNITY_PATH = "building__estate__community__path"
POSTS = {LEVEL_OF_ROLE[role]: role for role in THREE_HEADS}


def _counted(rows: Any, places: Places, field: str = "path") -> dict[int, int]:
    """Rows of a queryset, counted by place; one query."""
    grouped = rows.filter(places.inside(field)).order_by().annotate(at=places.place(field)).values("at")
    return places.fold(grouped.annotate(n=Count("pk")).values_list("at", "n"))


def _map_url(unit: Unit) -> str:
    return reverse("console_map_unit", args=[unit.uid])


# -- posts without anybody -----------------------------------------------------------------------------------------


def _vacancies(places: Places) -> Mapping[int, Number]:
    return _counted(vacant(Unit.objects.all()), places)


def _vacant_lines(unit: Unit, _user: Actor) -> Iterator[Line]:
    found = list(vacant(Unit.objects.all().under(unit))[:MOST_LINES])
    where = breadcrumbs(found)
    for one in found:
        yield Line(f"{one.name} · {POSTS[Level(one.level)].label}", where[one.pk], url=_map_url(one))


# -- households with a leader --------------------------------------------------------------------------------------


def _is_led() -> Exists:
    return Exists(Appointment.objects.active().of_roles(THREE_HEADS).filter(unit=OuterRef("pk")))


def _coverage(places: Places) -> Mapping[int, Number]:
    neighbourhoods = Unit.objects.current().at(Level.NEIGHBOURHOOD).filter(places.inside(), households_declared__gt=0)
    rows = neighbourhoods.order_by().annotate(at=places.place(), led=_is_led()).values("at", "led")
    sums: dict[bool, list[tuple[str, int]]] = defaultdict(list)
    for path, is_led, households in rows.annotate(n=Sum("households_declared")).values_list("at", "led", "n"):
        sums[bool(is_led)].append((path, households))
    covered, bare = places.fold(sums[True]), places.fold(sums[False])
    return {key: Share(covered.get(key, 0), covered.get(key, 0) + bare.get(key, 0)) for key in {*covered, *bare}}


def _uncovered_lines(unit: Unit, _user: Actor) -> Iterator[Line]:
    lonely = Unit.objects.current().at(Level.NEIGHBOURHOOD).filter(~_is_led(), households_declared__gt=0)
    found = list(lonely.under(unit)[:MOST_LINES])
    where = breadcrumbs(found)
    for one in found:
        households = _("%(n)d 户") % {"n": one.households_declared or 0}
        yield Line(one.name, " · ".join(part for part in (where[one.pk], one.place) if part), households, _map_url(one))


# -- doors without a leader ----------------------------------------------------------------------------------------


def _doors(places: Places) -> Mapping[int, Number]:
    """A door linked to a vacant neighbourhood counts there and above; one linked to nobody from its community up."""
    return places.fold(lonely_doors(places.roots))


def _door_lines(unit: Unit, user: Actor) -> Iterator[Line]:
    """Building by building; what other parts of a building count is theirs."""
    below = Q(**{f"{COMMUNITY_PATH}__startswith": unit.path})
    unlinked = Household.objects.unlinked().filter(below).order_by().values("building_id")
    vacant = HouseholdLink.objects.active().vacant().filter(neighbourhood__path__startswith=unit.path)
    alone = vacant.order_by().values("household__building_id")
    doors = Counter(dict(unlinked.annotate(n=Count("pk")).values_list("building_id", "n")))
    doors.update(dict(alone.annotate(n=Count("pk")).values_list("household__building_id", "n")))
    buildings = Building.objects.visible_to(user).filter(pk__in=list(doors)).select_related("estate__community")
    for one in buildings.order_by("estate__community__path", "estate_id", "number", "pk")[:MOST_LINES]:
        url = reverse("console_building", args=[one.uid])
        number = _("%(n)d 户") % {"n": doors[one.pk]}
        yield Line(f"{one.estate.name} {one.name}", one.estate.community.name, number, url)


# -- places without a party organisation ---------------------------------------------------------------------------


def _gaps(places: Places) -> Mapping[int, Number]:
    return _counted(units_without_party(places.roots), places)


def _gap_lines(unit: Unit, _user: Actor) -> Iterator[Line]:
    found = list(units_without_party([unit.path])[:MOST_LINES])
    where = breadcrumbs(found, top=1)
    for one in found:
        wanted = should_have(one.level)
        yield Line(one.name, where[one.pk], str(wanted.label) if wanted else "", _map_url(one))


LAYERS = (
    Layer(
        name="vacancies",
        label=gettext_lazy("空缺"),
        about=gettext_lazy("片长、组长、邻长里暂时没有人的岗位"),
        counted=gettext_lazy("个岗位"),
        hand=gettext_lazy("%(n)s 个岗位暂时没有人"),
        numbers=_vacancies,
        lines=_vacant_lines,
        url=lambda unit: reverse("console_vacancy_list"),
        order=10,
    ),
    Layer(
        name="coverage",
        label=gettext_lazy("覆盖"),
        about=gettext_lazy("有邻长联系的住户"),
        counted=gettext_lazy("户"),
        hand=gettext_lazy("%(n)s 户所在的邻暂时没有邻长"),
        numbers=_coverage,
        lines=_uncovered_lines,
        is_share=True,
        order=20,
    ),
    Layer(
        name="doors",
        label=gettext_lazy("没有邻长的门"),
        about=gettext_lazy("登记了门牌，还没联到邻，或者那个邻没有邻长"),
        counted=gettext_lazy("户"),
        hand=gettext_lazy("%(n)s 扇门还没有邻长"),
        numbers=_doors,
        lines=_door_lines,
        url=lambda unit: reverse("console_door_list"),
        order=40,
    ),
    Layer(
        name="party",
        label=gettext_lazy("党组织应建未建"),
        about=gettext_lazy("应建党组织、还没有建的地方"),
        counted=gettext_lazy("处"),
        hand=gettext_lazy("%(n)s 处应建党组织还没有建"),
        numbers=_gaps,
        lines=_gap_lines,
        url=lambda unit: reverse("console_party_gap_list"),
        order=50,
    ),
)
for _layer in LAYERS:
    register(_layer)
