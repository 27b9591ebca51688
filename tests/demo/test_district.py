"""The network of the sample district."""

from __future__ import annotations

from datetime import date

import pytest

from config.demo.district import CADRE_SHARE, District, build_district, home_neighbourhood, small_district
from config.demo.personas import AREA_LEADER, GROUP_LEADER, LEADER, PERSONAS

ON = date(2026, 11, 21)


@pytest.fixture(scope="module")
def district() -> District:
    return build_district(on=ON)


def test_the_sizes_are_those_of_the_real_network(district: District) -> None:
    assert district.totals() == {
        "streets": 14,
        "communities": 86,
        "areas": 689,
        "groups": 2_753,
        "neighbourhoods": 13_752,
        "households": 137_797,
        "leaders": 17_194,
    }


def test_the_same_seed_gives_the_same_district(district: District) -> None:
    assert build_district(on=ON) == district
    assert build_district(seed=1, on=ON) != district


def test_nobody_shares_a_number_and_no_number_is_in_use(district: District) -> None:
    phones = {row[4].leader.phone for row in district.rows()}
    for _, community in district.communities():
        for area in community.areas:
            phones |= {area.leader.phone, *(group.leader.phone for group in area.groups)}
    assert len(phones) == 17_194
    assert all(len(phone) == 11 and phone.startswith("154") and phone.isdigit() for phone in phones)
    assert len({one.phone for one in PERSONAS}) == len(PERSONAS)


def test_the_people_of_the_demo_stand_where_the_pages_show_them(district: District) -> None:
    street, community, area, group, neighbourhood = home_neighbourhood(district)
    assert (street.name, community.name, area.name, group.name) == ("青禾街道", "桂花社区", "第2片区", "第3组")
    assert (area.estate, neighbourhood.place, neighbourhood.households) == ("荷香苑", "7栋2单元", 10)
    leaders = (area.leader, group.leader, neighbourhood.leader)
    assert [one.name for one in leaders] == [AREA_LEADER.name, GROUP_LEADER.name, LEADER.name]
    assert len(group.neighbourhoods) == 5
    assert sum(one.households for g in area.groups for one in g.neighbourhoods) == 201


@pytest.mark.parametrize("on", [date(2026, 1, 1), date(2026, 11, 21), date(2027, 12, 31)])
def test_zhou_guilan_is_always_68(on: date) -> None:
    born = home_neighbourhood(build_district(on=on))[4].leader.born_on
    assert (on.year - born.year) - ((on.month, on.day) < (born.month, born.day)) == 68


def test_leaders_are_as_old_as_leaders_are(district: District) -> None:
    heads = [row[4].leader for row in district.rows()]
    assert sum(one.born_on.year <= ON.year - 55 for one in heads) > len(heads) / 2
    assert all(one.since.year - one.born_on.year >= 18 and one.since < ON for one in heads)
    cadres = [one for one in heads if one.is_cadre]
    assert abs(len(cadres) / len(heads) - CADRE_SHARE) < 0.01
    assert all(one.employer for one in cadres)
    assert not any(one.employer for one in heads if not one.is_cadre)


def test_names_are_unique_where_they_must_be(district: District) -> None:
    assert len({community.name for _, community in district.communities()}) == 86
    places = [(s.name, c.name, a.estate, n.place) for s, c, a, _, n in district.rows()]
    assert len(set(places)) == len(places)
    for _, community in district.communities():
        assert len({area.name for area in community.areas}) == len(community.areas)


def test_a_small_district_still_has_its_people() -> None:
    small = small_district(on=ON)
    assert small.totals()["neighbourhoods"] < 400
    assert home_neighbourhood(small)[4].leader.name == "周桂兰"
