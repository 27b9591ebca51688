"""Where a person belongs, what a leader sees of the homes, and which doors nobody looks after."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from volunteers.homes.models import Building, Household, HouseholdLink, How, Resident
from volunteers.units.models import Appointment, Role, Unit
from volunteers.units.querysets import prefixes, under
from volunteers.units.rights import grants


def home_path(user: Any) -> str:
    """Path of the neighbourhood a user lives in, once confirmed; empty otherwise. Remembered on the user object."""
    person_id = getattr(user, "person_id", None)
    if not person_id or not user.is_active:
        return ""
    remembered: str | None = getattr(user, "_home_path", None)
    if remembered is None:
        homes = Resident.objects.living().filter(person_id=person_id).values_list("neighbourhood__path", flat=True)
        remembered = user._home_path = homes.first() or ""
    return remembered


def paths_around(user: Any) -> set[str]:
    """Paths of the units a user serves or lives in, and of all above: what is told there reaches the user."""
    paths = {prefix for grant in grants(user) for prefix in prefixes(grant.path)}
    return paths | set(prefixes(home_path(user)))


# -- the house of a leader -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Door:
    """One window of the house: a household, and whether somebody behind it has joined."""

    household: Household
    label: str
    people: int = 0
    proxies: int = 0

    @property
    def is_lit(self) -> bool:
        """Whether somebody has joined."""
        return self.people > 0

    @property
    def no_visits(self) -> bool:
        """Whether they would rather not be called on."""
        return self.household.opted_out_at is not None


@dataclass(slots=True)
class Staircase:
    """The doors of one entrance that a neighbourhood looks after, in order."""

    building: Any
    entrance: str
    doors: list[Door] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class House:
    """What a leader sees of the homes of one neighbourhood."""

    unit: Unit
    staircases: list[Staircase]
    waiting: list[Resident]
    without_door: list[Resident]

    @property
    def doors(self) -> list[Door]:
        """All of them."""
        return [door for staircase in self.staircases for door in staircase.doors]

    @property
    def lit(self) -> int:
        """How many windows are lit."""
        return sum(door.is_lit for door in self.doors)

    @property
    def quiet(self) -> int:
        """How many households would rather not be called on."""
        return sum(door.no_visits for door in self.doors)


def house_of(unit: Unit) -> House:
    """The homes of a neighbourhood as its leader sees them; three queries. The caller has checked SEE_HOMES."""
    residents = list(
        Resident.objects.filter(neighbourhood=unit, state__in=["asked", "confirmed"])
        .select_related("person", "household__building")
        .order_by("asked_at", "pk")
    )
    behind: dict[int | None, list[Resident]] = defaultdict(list)
    for resident in residents:
        if resident.state == "confirmed":
            behind[resident.household_id].append(resident)
    return House(
        unit=unit,
        staircases=_staircases(unit, behind),
        waiting=[one for one in residents if one.state == "asked"],
        without_door=behind[None],
    )


def _staircases(unit: Unit, behind: dict[int | None, list[Resident]]) -> list[Staircase]:
    rows = Household.objects.linked_to(unit).select_related("building__estate").in_order()
    found: dict[tuple[int, str], Staircase] = {}
    for row in rows:
        here = behind.get(row.pk, [])
        stairs = found.setdefault((row.building_id, row.entrance), Staircase(row.building, row.entrance))
        stairs.doors.append(Door(row, row.door, len(here), sum(one.how == How.PROXY for one in here)))
    return sorted(found.values(), key=lambda one: (one.building.estate_id, one.building.number, one.entrance))


def leader_of(unit_ids: Iterable[int]) -> dict[int, Appointment]:
    """Who leads each of these neighbourhoods today, with the person; the stand-in while somebody is away. One query."""
    held = Appointment.objects.active().filter(unit_id__in=list(unit_ids), role=Role.NEIGHBOUR_LEADER)
    rows = held.select_related("person").order_by("unit_id", "-stands_in_for", "pk")
    return {row.unit_id: row for row in reversed(list(rows))}


# -- figures by unit -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the homes of a unit are looked after. Figures of places, never of a leader."""

    linked: int = 0
    known: int = 0
    residents: int = 0
    proxies: int = 0

    def __iter__(self) -> Any:
        """In the order of the contract: linked, known, residents, proxies."""
        return iter((self.linked, self.known, self.residents, self.proxies))


def _rolled_up(figures: dict[str, Counter[int]], paths: Iterable[str]) -> dict[int, dict[str, int]]:
    """Counts by neighbourhood or community, added up for every unit below the paths; one query."""
    units = dict(Unit.objects.filter(under(paths)).order_by().values_list("pk", "path"))
    by_path = {path: pk for pk, path in units.items()}
    found: dict[int, dict[str, int]] = {pk: dict.fromkeys(figures, 0) for pk in units}
    for name, counts in figures.items():
        for unit_id, count in counts.items():
            for path in prefixes(units.get(unit_id, "")):
                if path in by_path:
                    found[by_path[path]][name] += count
    return found


def _grouped(rows: Any, by: str) -> Counter[Any]:
    return Counter(dict(rows.order_by().values(by).annotate(n=Count("pk")).values_list(by, "n")))


def _is_whole(paths: list[str]) -> bool:
    """Whether the paths enclose the whole tree, so that nothing need be joined."""
    return any(len(path) <= Unit.steplen for path in paths)


def _scoped(paths: list[str]) -> tuple[Any, Any]:
    """Active links and households below the paths; nothing is joined where everything is wanted."""
    links, homes = HouseholdLink.objects.active(), Household.objects.order_by()
    if _is_whole(paths):
        return links, homes
    units = Unit.objects.filter(under(paths)).order_by().values("pk")
    return links.filter(neighbourhood_id__in=units), homes.filter(building__estate__community_id__in=units)


def _without_leader(paths: list[str]) -> dict[str, Counter[int]]:
    """Doors of vacant neighbourhoods, and those linked to nobody by their community. Two queries."""
    links, homes = _scoped(paths)
    unlinked = _grouped(homes.unlinked(), "building__estate__community_id")
    return {"vacant": _grouped(links.vacant(), "neighbourhood_id"), "unlinked": unlinked}


def _people(paths: list[str]) -> dict[str, Counter[int]]:
    """Residents and those of them who were entered by somebody else, by neighbourhood. One query."""
    living = Resident.objects.living().filter(under(paths, "neighbourhood__path")).order_by()
    counted = living.values("neighbourhood_id").annotate(n=Count("pk"), m=Count("pk", filter=Q(how=How.PROXY)))
    rows = list(counted.values_list("neighbourhood_id", "n", "m"))
    return {"residents": Counter({pk: n for pk, n, _m in rows}), "proxies": Counter({pk: m for pk, _n, m in rows})}


def lonely_doors(paths: Iterable[str]) -> list[tuple[str, int]]:
    """Doors without a neighbour leader, by the path of their vacant neighbourhood, or of their community when they are
    linked to nobody. Three queries; places are looked up for the few buildings that have such doors."""
    links, homes = _scoped(list(paths))
    unlinked = _grouped(homes.unlinked(), "building_id")
    where = Building.objects.filter(pk__in=list(unlinked)).order_by().values_list("estate__community__path", "pk")
    return [
        *_grouped(links.vacant(), "neighbourhood__path").items(),
        *((path, unlinked[building_id]) for path, building_id in where),
    ]


def doors_without_leader(paths: Iterable[str]) -> dict[int, int]:
    """For every unit below the paths, itself included: how many doors have no neighbour leader. Three queries.

    A door linked to a vacant neighbourhood counts there and above; one linked to nobody in its community and above.
    """
    wanted = list(paths)
    rolled = _rolled_up(_without_leader(wanted), wanted)
    return {unit_id: figures["vacant"] + figures["unlinked"] for unit_id, figures in rolled.items()}


def coverage(paths: Iterable[str]) -> dict[int, Coverage]:
    """For every unit below the paths, itself included: households linked and known, residents, of them 代录.

    A household that is linked is known in its neighbourhood, one that is not in its community. Four queries.
    """
    wanted = list(paths)
    links, homes = _scoped(wanted)
    figures = {
        "linked": _grouped(links, "neighbourhood_id"),
        "unlinked": _grouped(homes.unlinked(), "building__estate__community_id"),
        **_people(wanted),
    }
    return {unit_id: _coverage(found) for unit_id, found in _rolled_up(figures, wanted).items()}


def _coverage(found: dict[str, int]) -> Coverage:
    return Coverage(found["linked"], found["linked"] + found["unlinked"], found["residents"], found["proxies"])


@dataclass(frozen=True, slots=True)
class Below:
    """A unit below the one at hand, with its figures, in the order of its number."""

    unit: Unit
    figures: Coverage
    doors_without_leader: int


def units_below(unit: Unit) -> list[Below]:
    """The level right below a unit, by number; never by a figure. Six queries."""
    paths = [unit.path]
    links = _scoped(paths)[0]
    counted = {"linked": _grouped(links, "neighbourhood_id"), **_without_leader(paths), **_people(paths)}
    figures = _rolled_up(counted, paths)
    children = Unit.objects.current().filter(path__startswith=unit.path, depth=unit.depth + 1)
    return [
        Below(one, _coverage(figures[one.pk]), figures[one.pk]["vacant"] + figures[one.pk]["unlinked"])
        for one in children
    ]


def who_lives_at(household: Household) -> list[Resident]:
    """Who lives behind a door, for those who may see it; one query."""
    return list(household.residents.living().select_related("person", "neighbourhood").order_by("pk"))


def doors_by_building(paths: Iterable[str]) -> dict[int, tuple[int, int]]:
    """For each building below the paths that has such doors: how many are linked to nobody, and to a vacant
    neighbourhood. Two queries."""
    wanted = list(paths)
    homes, links = Household.objects.unlinked(), HouseholdLink.objects.active().vacant()
    if not _is_whole(wanted):
        keys = Building.objects.below(wanted).order_by().values("pk")
        homes, links = homes.filter(building_id__in=keys), links.filter(household__building_id__in=keys)
    unlinked, vacant = _grouped(homes, "building_id"), _grouped(links, "household__building_id")
    return {key: (unlinked[key], vacant[key]) for key in {*unlinked, *vacant}}
