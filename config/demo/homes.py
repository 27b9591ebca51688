"""Estates, buildings, doors and who looks after them, for the whole sample district; a roll that begins to fill."""

from __future__ import annotations

import datetime as dt
import random
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from config.demo import names
from config.demo.district import District
from config.demo.people import Ground, invent
from config.demo.personas import HOME_COMMUNITY, HOME_ESTATE, LEADER, RESIDENT
from config.demo.when import Calendar
from foundation import secrets
from foundation.pinyin import sounds
from volunteers.homes.codes import new_code
from volunteers.homes.models import (
    Building,
    Estate,
    Household,
    HouseholdLink,
    How,
    Resident,
    ResidentState,
    SaidBy,
    SaidHow,
    door_index,
    number_in,
)
from volunteers.people.models import Person
from volunteers.roster.writer import writer
from volunteers.units.models import Appointment, Role, Unit

SEED = 20_261
RESIDENTS_FROM = 800  # 154 0000 08xx
DOORS_A_FLOOR, OPTED_OUT, SPARE_EVERY = 2, 0.008, 60
LINKED_SINCE = dt.date(2023, 3, 1)
_PLACE = re.compile(r"(?P<building>\d+栋)(?P<entrance>\d+单元)")
_LANE = re.compile(r"(?P<first>\d+)至(?P<last>\d+)号")


@dataclass(slots=True)
class _House:
    """One building as it fills: its entrances, each with its doors."""

    estate_id: int
    name: str
    id: int = 0
    uid: uuid.UUID = field(default_factory=uuid.uuid4)
    doors: list[tuple[str, str, int, int | None]] = field(default_factory=list)

    @property
    def entrances(self) -> int:
        return len({entrance for entrance, *_ in self.doors}) or 1


def load_homes(district: District, ground: Ground, calendar: Calendar, say: Callable[[str], None]) -> None:
    """Every estate, building and door of the district with its link, then some residents around 周桂兰."""
    rng = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    units = _units()
    estates = _write_estates(district, units, rng)
    houses = _houses(district, units, estates, rng)
    count = _write_houses(houses, rng, calendar)
    say(f"小区 {len(estates):,} 个，楼栋 {len(houses):,} 栋，住户 {count:,} 户")
    _fill_roll(ground, rng, calendar)


def _units() -> dict[tuple[str, ...], int]:
    """Keys of communities and neighbourhoods by the names from the street down."""
    rows = list(Unit.objects.order_by("path").values_list("path", "name", "pk"))
    by_path = {path: name for path, name, _pk in rows}
    step = Unit.steplen
    return {tuple(by_path[path[:end]] for end in range(2 * step, len(path) + 1, step)): pk for path, _name, pk in rows}


def _uid(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _write_estates(
    district: District, units: dict[tuple[str, ...], int], rng: random.Random
) -> dict[tuple[str, str, str], int]:
    """One estate for each name in a community; keys by street, community and name."""
    keys = list(
        dict.fromkeys(
            (street.name, community.name, area.estate)
            for street, community in district.communities()
            for area in community.areas
        )
    )
    ids = writer().reserve_ids(Estate, len(keys))
    rows = [
        (pk, _uid(rng), units[street, community], name, *sounds(name))
        for pk, (street, community, name) in zip(ids, keys, strict=True)
    ]
    writer().insert(Estate, ("id", "uid", "community_id", "name", "pinyin", "initials"), rows)
    return dict(zip(keys, ids, strict=True))


def _houses(
    district: District,
    units: dict[tuple[str, ...], int],
    estates: dict[tuple[str, str, str], int],
    rng: random.Random,
) -> list[_House]:
    """The buildings, each entrance with the doors of its neighbourhood; here and there one that nobody looks after."""
    found: dict[tuple[int, str], _House] = {}
    for number, (street, community, area, group, one) in enumerate(district.rows()):
        unit_id = units[street.name, community.name, area.name, group.name, one.name]
        estate_id = estates[street.name, community.name, area.estate]
        building, entrance, doors = _doors_of(one.place, one.households)
        house = found.setdefault((estate_id, building), _House(estate_id, building))
        house.doors += [(entrance, door, at, unit_id) for at, door in enumerate(doors, start=1)]
        if number % SPARE_EVERY == SPARE_EVERY - 1:
            at = len(doors) + 1
            house.doors.append((entrance, f"{rng.choice(('底商', '门面'))}{at}", at, None))
    _add_new_buildings(district, estates, found)
    return list(found.values())


def _doors_of(place: str, households: int) -> tuple[str, str, list[str]]:
    """Building, entrance and door numbers of a neighbourhood: 7栋, 2单元, 101 … or a lane with its house numbers."""
    if match := _PLACE.fullmatch(place):
        doors = [f"{at // DOORS_A_FLOOR + 1}0{at % DOORS_A_FLOOR + 1}" for at in range(households)]
        return match["building"], match["entrance"], doors
    lane = _LANE.fullmatch(place)
    first = int(lane["first"]) if lane else 1
    return place, "", [f"{first + at}号" for at in range(households)]


def _add_new_buildings(
    district: District, estates: dict[tuple[str, str, str], int], found: dict[tuple[int, str], _House]
) -> None:
    """Two blocks of 荷香苑 that were finished lately: twelve doors each, nobody looks after them yet."""
    estate_id = estates.get((district.streets[0].name, HOME_COMMUNITY, HOME_ESTATE))
    if estate_id is None:
        return
    for name in ("19栋", "20栋"):
        house = found.setdefault((estate_id, name), _House(estate_id, name))
        house.doors += [("1单元", f"{at // 2 + 1}0{at % 2 + 1}", at + 1, None) for at in range(12)]


def _write_houses(houses: list[_House], rng: random.Random, calendar: Calendar) -> int:
    """Buildings, households and links, in three inserts. Returns how many households."""
    out = writer()
    for house, pk in zip(houses, out.reserve_ids(Building, len(houses)), strict=True):
        house.id, house.uid = pk, _uid(rng)
    codes = _codes(len(houses), rng)
    out.insert(
        Building,
        ("id", "uid", "estate_id", "name", "number", "sign_code", "entrances"),
        [
            (h.id, h.uid, h.estate_id, h.name, number_in(h.name), code, h.entrances)
            for h, code in zip(houses, codes, strict=True)
        ],
    )
    total = sum(len(house.doors) for house in houses)
    ids = iter(out.reserve_ids(Household, total))
    homes, links = [], []
    for house in houses:
        for row, unit_id in _households(house, ids, rng, calendar):
            homes.append(row)
            if unit_id is not None:
                links.append((row[0], unit_id, LINKED_SINCE))
    columns = ("id", "uid", "building_id", "entrance", "door_sealed", "door_index", "position", "opted_out_at")
    out.insert(Household, columns, homes)
    out.insert(HouseholdLink, ("household_id", "neighbourhood_id", "starts_on"), links)
    return total


def _codes(count: int, rng: random.Random) -> list[str]:
    """Sign codes, none twice."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes[new_code(rng)] = None
    return list(codes)


def _households(
    house: _House, ids: Iterator[int], rng: random.Random, calendar: Calendar
) -> Iterator[tuple[tuple[object, ...], int | None]]:
    for entrance, door, position, unit_id in house.doors:
        uid = _uid(rng)
        out = calendar.now - dt.timedelta(days=rng.randrange(200)) if rng.random() < OPTED_OUT else None
        plain = door.removesuffix("号")
        sealed = secrets.encrypt(plain, aad=Household.door_aad(uid))
        index = door_index(house.uid, entrance, plain)
        yield (next(ids), uid, house.id, entrance, sealed, index, position, out), unit_id


# -- the roll ------------------------------------------------------------------------------------------------------


def _fill_roll(ground: Ground, rng: random.Random, calendar: Calendar) -> None:
    """Who is on the roll already gets a door; 周桂兰 has two who wait and two whom she entered; some want no visits."""
    for resident in Resident.objects.living().select_related("neighbourhood").order_by("pk"):
        doors = list(Household.objects.linked_to(resident.neighbourhood_id).in_order())
        if doors:
            Resident.objects.filter(pk=resident.pk).update(household=doors[resident.pk % len(doors)])
    person = Person.objects.by_phone(LEADER.phone).first()
    held = Appointment.objects.active().filter(person=person, role=Role.NEIGHBOUR_LEADER).select_related("unit").first()
    if held is None:
        return
    doors = list(Household.objects.linked_to(held.unit).in_order())
    _place_persona(doors)
    _ask(held.unit, doors, rng, calendar)
    _enter(held.unit, doors, rng, calendar, ground)
    Household.objects.filter(pk__in=[door.pk for door in doors[-2:]]).update(opted_out_at=calendar.at(20, 15))
    Household.objects.filter(pk__in=[door.pk for door in doors[:-2]]).update(opted_out_at=None)


def _place_persona(doors: list[Household]) -> None:
    """小方 lives behind the third door."""
    person = Person.objects.by_phone(RESIDENT.phone).first()
    Resident.objects.filter(person=person).update(household=doors[2])


def _ask(unit: Unit, doors: list[Household], rng: random.Random, calendar: Calendar) -> None:
    """Two who scanned the sign lately and wait for her; one wrote the door, one did not."""
    for number, (days, door) in enumerate(((1, doors[4]), (0, None))):
        person = invent(rng, RESIDENTS_FROM + number, youngest=27, oldest=45)
        person.save()
        Resident.objects.create(
            person=person, neighbourhood=unit, household=door, asked_at=calendar.at(days, 18, 20 + number)
        )


def _enter(unit: Unit, doors: list[Household], rng: random.Random, calendar: Calendar, ground: Ground) -> None:
    """Two old neighbours without a phone, entered by her after they said yes."""
    user = ground.users.get(LEADER.key)
    for number, (by, how) in enumerate(((SaidBy.RESIDENT, SaidHow.SPOKEN), (SaidBy.FAMILY, SaidHow.PHONE))):
        gender = "女男"[number]
        name = rng.choice(names.SURNAMES) + rng.choice(names.GIVEN_OLDER[gender])
        person = Person(name=name)
        person.save()
        at = calendar.at(12 - number, 10, 5)
        Resident.objects.create(
            person=person, neighbourhood=unit, household=doors[5 + number], state=ResidentState.CONFIRMED,
            how=How.PROXY, asked_at=at, confirmed_at=at, confirmed_by=user, entered_by=user, consent_by=by,
            consent_how=how,
        )  # fmt: skip
