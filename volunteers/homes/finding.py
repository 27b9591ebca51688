"""Finding "my neighbour leader" without signing in: estate, building, entrance, and the surname of who is there.

What is public here: names of places, and surname with title (周邻长). No door, no number, no given name.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from volunteers.homes.models import Building, Estate, HouseholdLink, number_in
from volunteers.homes.selectors import leader_of
from volunteers.units.models import LEVELS, Level, Unit
from volunteers.units.selectors import breadcrumbs

SHOWN = 30
PICKED = (Level.DISTRICT, Level.STREET, Level.COMMUNITY)


@dataclass(frozen=True, slots=True)
class Entrance:
    """One entrance of a building, the neighbourhood that looks after it (or a part of it), and who leads that."""

    name: str
    unit: Unit
    leader: str

    @property
    def label(self) -> str:
        """As it stands on a button: 2单元 · 周邻长."""
        return " · ".join(part for part in (self.name, self.leader or _("暂时缺邻长")) if part)


def leader_title(name: str) -> str:
    """周邻长: a surname and the title, which is all that is public of a leader."""
    return _("%(surname)s邻长") % {"surname": name}


def entrances_of(building: Building) -> list[Entrance]:
    """The entrances of a building with who looks after them, in order; two queries."""
    links = HouseholdLink.objects.active().filter(household__building=building)
    pairs = set(links.values_list("household__entrance", "neighbourhood_id"))
    units = Unit.objects.in_bulk([unit_id for _entrance, unit_id in pairs])
    led = leader_of(units)
    in_order = sorted(pairs, key=lambda pair: (number_in(pair[0]), pair[0], units[pair[1]].path))
    return [
        Entrance(name, units[pk], leader_title(led[pk].person.surname) if pk in led else "") for name, pk in in_order
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """An estate, and where it lies."""

    estate: Estate
    where: str


def search_estates(words: str) -> list[Found]:
    """Estates that are called or sound like that, or whose community does; the first of them by name."""
    rows = Estate.objects.named(words).select_related("community").order_by("name", "pk")
    return _placed(list(rows[:SHOWN]))


def estates_of(community: Unit) -> list[Found]:
    """The estates of a community, by name."""
    rows = Estate.objects.filter(community=community).select_related("community").order_by("pinyin", "pk")
    return _placed(list(rows))


def _placed(estates: list[Estate]) -> list[Found]:
    where = breadcrumbs([estate.community for estate in estates], top=1)
    names = {estate.pk: f"{where[estate.community_id]} · {estate.community.name}" for estate in estates}
    return [Found(estate, names[estate.pk].strip(" ·")) for estate in estates]


def units_to_pick(unit: Unit | None) -> list[Unit]:
    """Streets at first, then the communities of a street: what one taps when one does not want to type."""
    if unit is None:
        return list(Unit.objects.current().at(Level.STREET))
    if unit.level == Level.STREET:
        depth = LEVELS.index(Level.COMMUNITY) + 1
        return list(Unit.objects.current().filter(path__startswith=unit.path, depth=depth))
    return []


def building_of_code(code: str) -> Building | None:
    """The building whose sign says that; None for a code that hangs nowhere."""
    return Building.objects.filter(sign_code=code).select_related("estate__community").first()
