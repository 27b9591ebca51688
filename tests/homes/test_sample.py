"""The homes of the sample district: every declared household behind a door, some that nobody looks after."""

from __future__ import annotations

import pytest
from django.db.models import Count

from config.demo.personas import LEADER, RESIDENT, WORKER
from tests.demo.conftest import _loaded, demo  # noqa: F401 - fixtures
from volunteers.accounts.models import User
from volunteers.homes.codes import normal_code
from volunteers.homes.models import Building, Household, HouseholdLink, Resident
from volunteers.homes.selectors import coverage, doors_without_leader, house_of
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Level, Role, Unit

pytestmark = pytest.mark.usefixtures("demo")


def her_neighbourhood() -> Unit:
    person = Person.objects.by_phone(LEADER.phone).get()
    return Appointment.objects.active().get(person=person, role=Role.NEIGHBOUR_LEADER).unit


def test_every_declared_household_is_behind_a_door_of_its_neighbourhood() -> None:
    links = HouseholdLink.objects.active().values_list("neighbourhood_id").annotate(n=Count("pk"))
    declared = Unit.objects.at(Level.NEIGHBOURHOOD).values_list("pk", "households_declared")
    linked, said = dict(links), dict(declared)
    assert sum(linked.values()) == sum(said.values())
    assert len({pk for pk in said if linked[pk] != said[pk]}) <= 4  # some of the sample are uneven on purpose
    unit = her_neighbourhood()
    rows = Household.objects.linked_to(unit).select_related("building")
    assert {f"荷香苑 {row.building.name}{row.entrance}" for row in rows} == {unit.place}
    assert all(normal_code(code) == code for code in Building.objects.values_list("sign_code", flat=True))


def test_some_doors_wait_for_a_leader_and_two_new_buildings_for_their_first() -> None:
    community = Unit.objects.get(name="桂花社区")
    assert doors_without_leader([community.path])[community.pk] >= 24
    loose = Building.objects.filter(estate__community=community, households__links=None).distinct()
    assert {"19栋", "20栋"} <= set(loose.values_list("name", flat=True))


def test_her_house_has_lit_windows_people_who_wait_and_some_entered_by_her() -> None:
    unit = her_neighbourhood()
    house = house_of(unit)
    assert len(house.doors) == unit.households_declared
    assert (len(house.waiting), house.quiet) == (2, 2)
    assert house.lit >= 3
    figures = coverage([unit.path])[unit.pk]
    assert figures.proxies == 2
    assert figures.residents > 2
    proxies = Resident.objects.filter(how="proxy").select_related("entered_by__person")
    assert {row.entered_by.person.phone for row in proxies if row.entered_by and row.entered_by.person} == {
        LEADER.phone
    }


def test_the_personas_see_their_homes() -> None:
    resident = Resident.objects.get(person__in=Person.objects.by_phone(RESIDENT.phone))
    assert resident.household
    assert resident.neighbourhood == her_neighbourhood()
    worker = User.objects.get(person__in=Person.objects.by_phone(WORKER.phone))
    leader = User.objects.get(person__in=Person.objects.by_phone(LEADER.phone))
    seen = Household.objects.visible_to(leader)
    assert seen.count() == her_neighbourhood().households_declared
    assert Household.objects.visible_to(worker).count() > seen.count()
