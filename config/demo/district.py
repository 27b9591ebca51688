"""The network of the sample district: streets down to neighbourhoods, and everybody who leads one.

The same seed and the same day give the same district. The sizes are those of `domain.md` section 1, to the unit.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.demo import names
from config.demo.personas import (
    AREA_LEADER,
    GROUP_LEADER,
    HOME_AREA,
    HOME_COMMUNITY,
    HOME_ESTATE,
    HOME_GROUP,
    HOME_NEIGHBOURHOOD,
    HOME_STREET,
    LEADER,
    Persona,
)

SEED, TIME_ZONE = 2026, ZoneInfo("Asia/Shanghai")
STREETS, COMMUNITIES, AREAS, GROUPS, NEIGHBOURHOODS, HOUSEHOLDS = 14, 86, 689, 2_753, 13_752, 137_797
CADRE_SHARE = 0.08
FIRST_APPOINTMENT, APPOINTMENT_DAYS = date(2023, 3, 1), 620
RESERVED_NUMBERS = 1_000  # 154 0000 0xxx belong to the demo's own people

# The area of the demo's people: neighbourhoods of its four groups, and their households.
HOME_HOUSEHOLDS: tuple[tuple[int, ...], ...] = (
    (9, 11, 10, 12, 8),
    (10, 12, 9, 11, 10),
    (9, 10, 11, 9, 10),
    (8, 9, 8, 10, 7, 8),
)
HOME_FIRST_BUILDING, HOME_ENTRANCES = 2, 2


@dataclass(frozen=True, slots=True)
class Leader:
    """One of the three heads as the roster knows them; the number is unique in the district."""

    name: str
    phone: str
    gender: str
    born_on: date
    political_status: str
    since: date
    is_cadre: bool = False
    employer: str = ""
    post_title: str = ""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Five to fifteen households around one staircase or lane."""

    name: str
    place: str
    households: int
    leader: Leader


@dataclass(frozen=True, slots=True)
class Group:
    """About five neighbourhoods."""

    name: str
    leader: Leader
    neighbourhoods: tuple[Neighbourhood, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """About four groups, inside one estate."""

    name: str
    estate: str
    leader: Leader
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Community:
    """An urban community or a village."""

    name: str
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Street:
    """A street or a town."""

    name: str
    communities: tuple[Community, ...]


@dataclass(frozen=True, slots=True)
class District:
    """The whole network."""

    name: str
    streets: tuple[Street, ...]

    def communities(self) -> Iterator[tuple[Street, Community]]:
        """Every community with its street, in order."""
        return ((street, community) for street in self.streets for community in street.communities)

    def rows(self) -> Iterator[tuple[Street, Community, Area, Group, Neighbourhood]]:
        """Every neighbourhood with all that is above it, in order: the lines of the roster."""
        for street, community in self.communities():
            for area in community.areas:
                for group in area.groups:
                    for neighbourhood in group.neighbourhoods:
                        yield street, community, area, group, neighbourhood

    def totals(self) -> dict[str, int]:
        """How many there are of each; the keys are those of the import report."""
        areas = [area for _, community in self.communities() for area in community.areas]
        groups = [group for area in areas for group in area.groups]
        neighbourhoods = [one for group in groups for one in group.neighbourhoods]
        return {
            "streets": len(self.streets),
            "communities": sum(len(street.communities) for street in self.streets),
            "areas": len(areas),
            "groups": len(groups),
            "neighbourhoods": len(neighbourhoods),
            "households": sum(one.households for one in neighbourhoods),
            "leaders": len(areas) + len(groups) + len(neighbourhoods),
        }


def build_district(seed: int = SEED, on: date | None = None) -> District:
    """The sample district as of that day (today when none is given). Deterministic; takes well under a second."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    plan = _Plan.draw(rng)
    people = _People(rng, on or datetime.now(TIME_ZONE).date())
    stems = iter(names.COMMUNITIES)
    streets = []
    for street_name, count in names.STREETS:
        rural = street_name.endswith("镇")
        communities = []
        for _ in range(count):
            name = next(stems) + ("村" if rural and rng.random() < 0.6 else "社区")
            communities.append(_community(name, plan, people, rng))
        streets.append(Street(street_name, tuple(communities)))
    return District(names.DISTRICT, tuple(streets))


def small_district(on: date | None = None, *, streets: int = 2, communities: int = 2, areas: int = 3) -> District:
    """A corner of the same district around the demo's people, for tests and hurried laptops."""
    whole = build_district(on=on)
    return District(
        whole.name,
        tuple(
            Street(street.name, tuple(Community(c.name, c.areas[:areas]) for c in street.communities[:communities]))
            for street in whole.streets[:streets]
        ),
    )


@dataclass(slots=True)
class _Plan:
    """How many parts each place has, dealt out so that the totals come out exactly."""

    areas: list[int]
    groups: list[int]
    neighbourhoods: list[int]
    households: list[int]

    @classmethod
    def draw(cls, rng: random.Random) -> _Plan:
        home_groups = len(HOME_HOUSEHOLDS)
        home_members = sum(len(group) for group in HOME_HOUSEHOLDS)
        home_households = sum(sum(group) for group in HOME_HOUSEHOLDS)
        areas = _uneven(AREAS, COMMUNITIES, rng, low=5, high=11)
        groups = _uneven(GROUPS - home_groups, AREAS - 1, rng, low=2, high=7)
        neighbourhoods = _uneven(NEIGHBOURHOODS - home_members, GROUPS - home_groups, rng, low=3, high=8)
        households = _uneven(HOUSEHOLDS - home_households, NEIGHBOURHOODS - home_members, rng, low=5, high=15)
        return cls(areas[::-1], groups[::-1], neighbourhoods[::-1], households[::-1])


def _uneven(total: int, parts: int, rng: random.Random, *, low: int, high: int) -> list[int]:
    """`parts` whole numbers around the mean, between low and high, that add up to total."""
    mean = total / parts
    spread = min(mean - low, high - mean) / 2
    sizes = [min(max(round(rng.gauss(mean, spread)), low), high) for _ in range(parts)]
    missing = total - sum(sizes)
    step = 1 if missing > 0 else -1
    while missing:
        at = rng.randrange(parts)
        if low <= sizes[at] + step <= high:
            sizes[at] += step
            missing -= step
    return sizes


class _People:
    """Hands out people; no two share a number."""

    def __init__(self, rng: random.Random, on: date) -> None:
        self.rng, self.on, self.issued = rng, on, 0

    def phone(self) -> str:
        """The next free number: a walk through all of 154… by a step that shares no factor with their count."""
        while True:
            self.issued += 1
            number = self.issued * 61_803_399 % 100_000_000
            if number >= RESERVED_NUMBERS:
                return f"154{number:08d}"

    def named(self, who: Persona, *, post_title: str = "") -> Leader:
        """A persona of the demo in her post."""
        since, born_on = FIRST_APPOINTMENT + timedelta(days=45), who.born_on(self.on)
        return Leader(who.name, who.phone, who.gender, born_on, names.PARTY, since, post_title=post_title)

    def area_leader(self) -> Leader:
        """Mostly community workers."""
        status = names.PARTY if self.rng.random() < 0.7 else names.MASSES
        return self._leader(26, 58, 0.62, status, post_title=self.rng.choice(names.AREA_POSTS))

    def group_leader(self) -> Leader:
        """Mostly volunteers in the second half of life."""
        return self._leader(36, 72, 0.6, self._status(0.55))

    def neighbour_leader(self) -> Leader:
        """Half of them past 55; one in twelve is a cadre with an office of her own."""
        if self.rng.random() < CADRE_SHARE:
            return self._leader(27, 58, 0.5, names.PARTY, is_cadre=True, employer=self.rng.choice(names.EMPLOYERS))
        youngest, oldest = self.rng.choices(((24, 37), (38, 49), (50, 59), (60, 69), (70, 77)), (8, 19, 27, 32, 14))[0]
        return self._leader(youngest, oldest, 0.64, self._status(0.33))

    def _status(self, party: float) -> str:
        draw = self.rng.random()
        if draw < party:
            return names.PARTY
        return names.OTHER_PARTY if draw > 0.98 else names.RESERVE if draw > 0.965 else names.MASSES

    def _leader(
        self,
        youngest: int,
        oldest: int,
        women: float,
        status: str,
        *,
        is_cadre: bool = False,
        employer: str = "",
        post_title: str = "",
    ) -> Leader:
        rng = self.rng
        gender, age = ("女" if rng.random() < women else "男"), rng.randint(youngest, oldest)
        if status == names.MASSES and age < 28:
            status = names.YOUTH
        words = names.GIVEN_OLDER if age > 54 else names.GIVEN_MIDDLE if age > 33 else names.GIVEN_YOUNGER
        return Leader(
            rng.choice(names.SURNAMES) + rng.choice(words[gender]),
            self.phone(),
            gender,
            date(self.on.year - age, rng.randint(1, 12), 1),
            status,
            FIRST_APPOINTMENT + timedelta(days=rng.randrange(APPOINTMENT_DAYS)),
            is_cadre,
            employer,
            post_title,
        )


@dataclass(slots=True)
class _Entrances:
    """Walks through an estate, staircase by staircase; through a hamlet, door by door."""

    estate: str
    rural: bool
    per_building: int
    building: int = 1
    entrance: int = 0
    door: int = 0

    def next(self, households: int) -> str:
        if self.rural:
            first, self.door = self.door + 1, self.door + households
            return f"{first}至{self.door}号"
        self.entrance += 1
        if self.entrance > self.per_building:
            self.building, self.entrance = self.building + 1, 1
        return f"{self.building}栋{self.entrance}单元"


def _community(name: str, plan: _Plan, people: _People, rng: random.Random) -> Community:
    home, rural = name == HOME_COMMUNITY, name.endswith("村")
    estates = _estate_names(rural, home, rng)
    areas: list[Area] = []
    count, left = plan.areas.pop(), 0
    walk = _Entrances("", rural, 1)
    for number in range(1, count + 1):
        if home and number == HOME_AREA:
            areas.append(_home_area(people))
            continue
        if left == 0:
            walk = _Entrances(next(estates), rural, rng.choice((2, 2, 3, 4)))
            left = rng.choice((1, 2, 2, 3))
        left -= 1
        groups = tuple(_group(g, plan, people, walk) for g in range(1, plan.groups.pop() + 1))
        areas.append(Area(f"第{number}片区", walk.estate, people.area_leader(), groups))
    return Community(name, tuple(areas))


def _group(number: int, plan: _Plan, people: _People, walk: _Entrances) -> Group:
    leader = people.group_leader()
    members = []
    for n in range(1, plan.neighbourhoods.pop() + 1):
        households = plan.households.pop()
        members.append(Neighbourhood(f"第{n}邻", walk.next(households), households, people.neighbour_leader()))
    return Group(f"第{number}组", leader, tuple(members))


def _home_area(people: _People) -> Area:
    """The area of the demo's people: 4 groups, 21 neighbourhoods, 201 households around 荷香苑 7栋."""
    walk = _Entrances(HOME_ESTATE, rural=False, per_building=HOME_ENTRANCES, building=HOME_FIRST_BUILDING)
    groups = []
    for g, sizes in enumerate(HOME_HOUSEHOLDS, start=1):
        leader = people.named(GROUP_LEADER) if g == HOME_GROUP else people.group_leader()
        members = []
        for n, households in enumerate(sizes, start=1):
            hers = g == HOME_GROUP and n == HOME_NEIGHBOURHOOD
            head = people.named(LEADER) if hers else people.neighbour_leader()
            members.append(Neighbourhood(f"第{n}邻", walk.next(households), households, head))
        groups.append(Group(f"第{g}组", leader, tuple(members)))
    head = people.named(AREA_LEADER, post_title="社区委员")
    return Area(f"第{HOME_AREA}片区", HOME_ESTATE, head, tuple(groups))


def _estate_names(rural: bool, home: bool, rng: random.Random) -> Iterator[str]:
    """Names for the estates of one community, none twice; 荷香苑 is kept for the demo's people."""
    if rural:
        return iter(rng.sample(names.HAMLETS, len(names.HAMLETS)))
    stems = rng.sample(names.ESTATE_STEMS[1 if home else 0 :], 16)
    return iter([stem + rng.choice(names.ESTATE_TAILS) for stem in stems])


def home_neighbourhood(district: District) -> tuple[Street, Community, Area, Group, Neighbourhood]:
    """Where 周桂兰 lives, with all that is above it."""
    for row in district.rows():
        if row[4].leader.phone == LEADER.phone:
            return row
    raise LookupError(f"{HOME_STREET} {HOME_COMMUNITY} is not part of this district")
