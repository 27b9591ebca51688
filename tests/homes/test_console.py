"""Homes at a desk: found by place, sound, door and person; kept, numbered, linked; counted in constant queries."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.actors import SYSTEM
from foundation.models import AuditEntry
from tests.cast import Cast, person_of
from tests.console.conftest import lines_of
from tests.homes.conftest import Homes, wish_at
from volunteers.accounts.models import User
from volunteers.homes import residents
from volunteers.homes.models import Building, Estate, Household, Resident
from volunteers.homes.search import person_fits
from volunteers.homes.services import Doors, add_building, add_estate, generate_households
from volunteers.people.models import Person
from volunteers.people.search import matching
from volunteers.units.models import Appointment

ClientFor = Callable[[User], Client]
LISTS = ("estates", "buildings", "households", "residents", "doors")


@pytest.fixture
def worker(cast: Cast, client_for: ClientFor) -> Client:
    return client_for(cast.worker)


def found(client: Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return list(answer.context["object_list"])


def test_a_clerk_finds_places_as_they_are_said(homes: Homes, worker: Client) -> None:
    for words in ("荷香", "hexiang", "hxy", "荷香 桂花"):
        assert found(worker, f"/console/estates/?q={words}") == [homes.estate], words
    for words in ("荷香苑 7栋", "hxy 7栋", homes.building.sign_code, homes.building.sign_code.lower()):
        assert found(worker, f"/console/buildings/?q={words}") == [homes.building], words
    assert not found(worker, "/console/buildings/?q=荷香苑 8栋")


def test_a_clerk_finds_a_household_by_place_door_and_person(homes: Homes, cast: Cast, worker: Client) -> None:
    Resident.objects.filter(person=person_of(cast.resident)).update(household=homes.first[5])
    assert found(worker, "/console/households/?q=荷香苑 7栋 1单元 301") == [homes.door("301")]
    assert len(found(worker, "/console/households/?q=hxy 301")) == 2
    for words in ("方晓", "fangxiao", "fx", "荷香苑 方", person_of(cast.resident).phone[-4:]):
        assert found(worker, f"/console/households/?q={words}") == [homes.first[5]], words
    assert not found(worker, "/console/households/?q=王")


def test_the_search_for_a_person_is_the_one_of_everywhere(cast: Cast) -> None:
    Resident.objects.create(person=person_of(cast.stranger), neighbourhood=cast.neighbourhood)
    people = [person_of(cast.stranger), person_of(cast.resident)]
    for words in ("方", "方晓", "fangxiao", "FX", "lu", "12", people[0].phone[-4:], "@"):
        rows = Resident.objects.order_by("pk")
        assert list(rows.filter(person_fits(words))) == list(matching(rows, words)), words


def test_filters_tell_apart_how_doors_are_looked_after(homes: Homes, cast: Cast, worker: Client) -> None:
    residents.set_visits(household=homes.first[0], welcome=False, acting_user=cast.leader)
    states = {"unlinked": homes.second, "no_leader": homes.second, "linked": homes.first, "no_visits": homes.first[:1]}
    for state, rows in states.items():
        assert found(worker, f"/console/households/?state={state}") == rows, state
    Appointment.objects.filter(unit=cast.neighbourhood).delete()
    assert len(found(worker, "/console/households/?state=no_leader")) == 20
    page = worker.get("/console/doors/")
    assert [(one.name, one.unlinked, one.vacant) for one in page.context["object_list"]] == [("7栋", 10, 10)]


def test_a_place_narrows_every_list(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    clerk = client_for(cast.street_clerk)
    for name, count in (("estates", 1), ("buildings", 1), ("households", 20), ("residents", 1), ("doors", 1)):
        assert len(found(clerk, f"/console/{name}/?place={cast.community.uid}")) == count, name
        assert not found(clerk, f"/console/{name}/?place={cast.other_community.uid}"), name
    assert Household.objects.within(cast.area).count() == 10
    assert Building.objects.within(cast.group).get() == homes.building
    assert Estate.objects.within(cast.neighbourhood).get() == homes.estate
    assert not Estate.objects.within(cast.neighbourhood2).exists()


def test_who_waits_comes_first_and_many_are_confirmed_at_once(homes: Homes, cast: Cast, worker: Client) -> None:
    for user in (cast.stranger, cast.merchant_person):
        residents.ask_to_join(id=uuid.uuid4(), wish=wish_at(cast, homes), acting_user=user)
    rows = found(worker, "/console/residents/")
    assert [row.state for row in rows] == ["asked", "asked", "confirmed"]
    sent = {"uids": [str(row.uid) for row in rows], "next": "/console/residents/?state=asked"}
    assert worker.post("/console/residents/confirm/", sent)["Location"] == "/console/residents/?state=asked"
    assert not Resident.objects.waiting().exists()
    assert AuditEntry.objects.filter(act="resident.confirm").count() == 2


def test_the_desk_leads_to_the_door_that_is_missing(homes: Homes, cast: Cast, worker: Client) -> None:
    row = Resident.objects.living().get()
    path = f"/homes/residents/{row.uid}/door/"
    assert path in worker.get("/console/residents/").content.decode()
    assert worker.post(path, {"household": str(homes.first[0].uid)}).status_code == 302
    page = worker.get("/console/residents/").content.decode()
    assert path not in page
    assert f"/homes/{homes.first[0].uid}/" in page


def test_estates_buildings_doors_and_links_are_kept_at_the_desk(homes: Homes, cast: Cast, worker: Client) -> None:
    made = {"uid": str(uuid.uuid4()), "community": str(cast.community.uid), "name": "榴园"}
    assert worker.post("/console/estates/new/", made | {"name": "荷香苑"}).status_code == 422
    assert worker.post("/console/estates/new/", made).status_code == 302
    estate = Estate.objects.get(name="榴园")
    one = {"uid": str(uuid.uuid4()), "name": "3栋", "entrances": 2, "longitude": "112.5"}
    path = f"/console/estates/{estate.uid}/buildings/new/"
    assert worker.post(path, one).status_code == 422
    assert worker.post(path, one | {"latitude": "30.2"}).status_code == 302
    building = Building.objects.get(name="3栋")
    doors = f"/console/buildings/{building.uid}/doors/"
    assert worker.post(doors, {"entrances": 99, "floors": 2, "doors": 2}).status_code == 422
    assert worker.post(doors, {"entrances": 2, "floors": 3, "doors": 2}).status_code == 302
    assert building.households.count() == 12
    link = {"neighbourhood": str(cast.neighbourhood2.uid), "starts_on": timezone.localdate().isoformat()}
    address = f"/console/buildings/{building.uid}/link/"
    assert worker.post(address, link).status_code == 422
    assert worker.post(address, link | {"entrances": ["1单元"]}).status_code == 302
    assert Household.objects.linked_to(cast.neighbourhood2).count() == 6
    page = worker.get(f"/console/buildings/{building.uid}/").content.decode()
    assert "1单元 · 马邻长" in page
    assert worker.post(f"/console/estates/{estate.uid}/", {"name": "荷香苑"}).status_code == 422


def test_many_doors_are_linked_after_a_look(homes: Homes, cast: Cast, worker: Client) -> None:
    uids = {"uids": [str(one.uid) for one in homes.second[:4]], "next": "/console/households/"}
    first = worker.post("/console/households/link/", uids)
    assert first.status_code == 200
    assert "4 户会改由另一个邻联系" in first.content.decode()
    link = {"neighbourhood": str(cast.neighbourhood2.uid), "starts_on": timezone.localdate().isoformat()}
    assert worker.post("/console/households/link/", uids | link)["Location"] == "/console/households/"
    assert Household.objects.linked_to(cast.neighbourhood2).count() == 4


def test_an_export_masks_doors_names_and_numbers_unless_a_reason_is_given(
    homes: Homes, cast: Cast, worker: Client
) -> None:
    Resident.objects.filter(person=person_of(cast.resident)).update(household=homes.first[5])
    masked = lines_of(worker.post("/console/households/export/", {"format": "csv"}))
    assert ["桂花社区", "荷香苑", "7栋", "1单元", "3**", "1-1-1邻 7栋2单元", "1", "0", "否"] in masked
    full = {"format": "csv", "full": "on", "reason": "发放慰问品登记"}
    assert any(line[4:5] == ["302"] for line in lines_of(worker.post("/console/households/export/", full)))
    people = lines_of(worker.post("/console/residents/export/", {"format": "csv"}))
    assert any(line[:1] == ["方*"] for line in people)
    assert not any("方晓" in line for line in people)
    residents.set_listed(
        resident=Resident.objects.get(person=person_of(cast.resident)), listed=False, acting_user=cast.resident
    )
    assert not any("方晓" in line for line in lines_of(worker.post("/console/residents/export/", full)))


def test_another_community_sees_none_of_it(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    home = person_of(cast.other_worker)
    Resident.objects.create(
        person=home, neighbourhood=cast.neighbourhood, state="confirmed", confirmed_at=timezone.now()
    )
    other = client_for(cast.other_worker)
    for name in LISTS:
        assert not found(other, f"/console/{name}/"), name
    assert not found(other, "/console/households/?q=荷香苑")
    assert "1-1-1邻" not in other.get("/console/find/", {"q": home.name}).content.decode()


def grow(cast: Cast) -> None:
    """Many more of everything, in a second estate."""
    estate = add_estate(uid=uuid.uuid4(), community=cast.community, name="榴园", acting_user=SYSTEM)
    for number in range(1, 9):
        building = add_building(uid=uuid.uuid4(), estate=estate, name=f"{number}栋", acting_user=SYSTEM)
        generate_households(building=building, doors=Doors(2, 2, 2), acting_user=SYSTEM)
    for number, household in enumerate(Household.objects.filter(building__estate=estate)[:20]):
        person = Person.objects.create(name=f"住户{number}")
        Resident.objects.create(person=person, neighbourhood=cast.neighbourhood, household=household)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_whatever_there_is(homes: Homes, cast: Cast, worker: Client, name: str) -> None:
    path = f"/console/{name}/"
    worker.get(path)
    with CaptureQueriesContext(connection) as few:
        worker.get(path)
    grow(cast)
    worker.get(path)
    with CaptureQueriesContext(connection) as many:
        worker.get(path)
    assert len(many) == len(few)
    assert len(found(worker, path)) > 1


def test_the_last_page_of_households_is_the_rest_of_them_in_order(homes: Homes, cast: Cast, worker: Client) -> None:
    grow(cast)
    rows = found(worker, "/console/households/?p=2")
    assert len(rows) == Household.objects.count() - 50
    assert rows == list(Household.objects.in_order())[50:]
