"""A structure change and homes: buildings go with their neighbourhoods, those without a side hold up the approval."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.errors import Conflict
from tests.cast import Cast, person_of
from tests.homes.conftest import Homes
from tests.structure.conftest import below, make_village
from volunteers.homes.links import link_households
from volunteers.homes.models import Building, Estate, HouseholdLink, Resident
from volunteers.homes.services import Doors, add_building, generate_households
from volunteers.structure import services
from volunteers.structure.models import ChangeState, StructureChange
from volunteers.structure.touches import questions_of, touched_by
from volunteers.units.models import Level, Unit

DAY = dt.timedelta(days=1)


def new_building(homes: Homes, name: str, *, linked_to: Unit | None = None) -> Building:
    made = add_building(uid=uuid.uuid4(), estate=homes.estate, name=name, acting_user=SYSTEM)
    generate_households(building=made, doors=Doors(1, 2, 2), acting_user=SYSTEM)
    if linked_to is not None:
        link_households(households=list(made.households.all()), neighbourhood=linked_to, acting_user=SYSTEM)
    return made


def draft(cast: Cast, kind: str, unit: Unit, plan: dict[str, Any]) -> StructureChange:
    HouseholdLink.objects.filter(starts_on=timezone.localdate()).update(starts_on=timezone.localdate() - 30 * DAY)
    change = services.draft_change(
        uid=uuid.uuid4(), kind=kind, unit=unit, in_force_on=timezone.localdate() + DAY, why="人多了", plan=plan,
        acting_user=cast.street_clerk,
    )  # fmt: skip
    return services.record_consultation(change=change, note="开了会", acting_user=cast.street_clerk)


def enter(cast: Cast, change: StructureChange) -> StructureChange:
    services.approve_change(change=change, acting_user=cast.district_clerk)
    with time_machine.travel(timezone.now() + DAY):
        services.enter_due()
    change.refresh_from_db()
    assert change.state == ChangeState.IN_FORCE, change.problem
    return change


def blocks(change: StructureChange) -> list[str]:
    return [touch.text for touch in touched_by(change) if touch.blocks and touch.kind in {"buildings", "households"}]


def community_of(building: Building) -> str:
    return Building.objects.select_related("estate__community").get(pk=building.pk).estate.community.name


def test_two_buildings_without_a_side_hold_up_the_split_of_a_community(homes: Homes, cast: Cast) -> None:
    village = make_village(cast)
    going = new_building(homes, "8栋", linked_to=village.homes[-1])
    loose = [new_building(homes, name) for name in ("19栋", "20栋")]
    plan = {"sides": [{"name": "新桂社区"}], "members": village.sides(10)}
    change = draft(cast, "split", cast.community, plan)
    assert blocks(change) == ["2 栋楼还没有分到哪一边：荷香苑 19栋、荷香苑 20栋"]
    assert [one.uid for _who, things in questions_of(change) for one in things] == [str(one.uid) for one in loose]
    with pytest.raises(Conflict):
        services.approve_change(change=change, acting_user=cast.district_clerk)
    sides = {str(loose[0].uid): 1, str(loose[1].uid): 0}
    change = draft(cast, "split", cast.community, plan | {"buildings": sides})
    assert not blocks(change)
    assert {touch.kind: touch.count for touch in touched_by(change) if touch.kind in {"buildings", "households"}} == {
        "buildings": 2,
        "households": 4,
    }
    enter(cast, change)
    assert [community_of(one) for one in (homes.building, going, *loose)] == [
        "桂花社区", "新桂社区", "新桂社区", "桂花社区",
    ]  # fmt: skip
    assert sorted(Estate.objects.filter(name="荷香苑").values_list("community__name", flat=True)) == [
        "新桂社区", "桂花社区",
    ]  # fmt: skip
    assert Building.objects.get(pk=going.pk).sign_code == going.sign_code


def test_the_split_of_an_area_asks_for_the_loose_buildings_of_its_estates(homes: Homes, cast: Cast) -> None:
    village = make_village(cast)
    loose = [new_building(homes, name) for name in ("19栋", "20栋")]
    plan = village.split_plan(10)
    change = draft(cast, "split", cast.area, plan)
    assert blocks(change) == ["2 栋楼还没有分到哪一边：荷香苑 19栋、荷香苑 20栋"]
    change = draft(cast, "split", cast.area, plan | {"buildings": {str(one.uid): 1 for one in loose}})
    assert not blocks(change)
    enter(cast, change)
    assert {community_of(one) for one in loose} == {"桂花社区"}


def test_a_building_with_households_in_both_communities_has_to_be_put_right_first(homes: Homes, cast: Cast) -> None:
    village = make_village(cast)
    link_households(households=homes.second, neighbourhood=village.homes[-1], acting_user=SYSTEM)
    plan = {"sides": [{"name": "新桂社区"}], "members": village.sides(10)}
    change = draft(cast, "split", cast.community, plan)
    assert blocks(change) == ["1 栋楼的住户分在两边，请先联到同一边：荷香苑 7栋"]


def test_buildings_follow_an_area_that_moves_to_another_community(homes: Homes, cast: Cast) -> None:
    elsewhere = new_building(homes, "9栋")
    change = draft(cast, "move", cast.area, {"units": [str(cast.area.uid)], "to": str(cast.other_community.uid)})
    assert not blocks(change)
    enter(cast, change)
    assert community_of(homes.building) == "月桂社区"
    assert community_of(elsewhere) == "桂花社区"
    assert homes.building.households.linked_to(cast.neighbourhood).count() == 10


def test_households_and_residents_of_merged_neighbourhoods_go_on_in_the_one_that_stays(
    homes: Homes, cast: Cast
) -> None:
    plan = {
        "units": [str(cast.neighbourhood.uid), str(cast.neighbourhood2.uid)], "into": str(cast.neighbourhood2.uid)
    }  # fmt: skip
    change = draft(cast, "merge", cast.neighbourhood, plan)
    assert [touch.count for touch in touched_by(change) if touch.kind == "households"] == [10]
    today = timezone.localdate()
    enter(cast, change)
    links = homes.first[0].links.order_by("starts_on")
    assert [(link.neighbourhood_id, link.starts_on, link.ends_on) for link in links] == [
        (cast.neighbourhood.pk, today - 30 * DAY, today),
        (cast.neighbourhood2.pk, today + DAY, None),
    ]
    assert Resident.objects.get(person=person_of(cast.resident)).neighbourhood == cast.neighbourhood2


def test_the_doors_of_a_neighbourhood_that_is_split_go_where_the_draft_puts_them(homes: Homes, cast: Cast) -> None:
    Resident.objects.filter(person=person_of(cast.resident)).update(household=homes.first[0])
    plan = {
        "sides": [{"name": "1-1-3邻", "households": 4}],
        "households": {str(one.uid): 1 for one in homes.first[:4]},
    }
    change = draft(cast, "split", cast.neighbourhood, plan)
    asked = {who.name: things for who, things in questions_of(change)}
    assert [one.label for one in asked["households"][:2]] == ["7栋 1单元 101", "7栋 1单元 102"]
    enter(cast, change)
    new = Unit.objects.get(name="1-1-3邻")
    tomorrow = timezone.localdate() + DAY
    assert homes.building.households.linked_to(new, on=tomorrow).count() == 4
    assert homes.building.households.linked_to(cast.neighbourhood, on=tomorrow).count() == 6
    assert Resident.objects.get(person=person_of(cast.resident)).neighbourhood == new


def test_two_estates_of_one_name_become_one(homes: Homes, cast: Cast) -> None:
    third = below(cast.street, Level.COMMUNITY, "丹桂社区")
    estate = Estate.objects.create(community=third, name="荷香苑")
    twin = Building.objects.create(estate=estate, name="7栋")
    plan = {"units": [str(cast.community.uid), str(third.uid)], "into": str(cast.community.uid)}
    enter(cast, draft(cast, "merge", third, plan))
    twin.refresh_from_db()
    assert (twin.estate, twin.name) == (homes.estate, "7栋（丹桂社区）")
    assert not Estate.objects.filter(pk=estate.pk).exists()
