"""From the sign at the door to the window that lights up: the pages, asked as the people of the cast."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, person_of
from tests.homes.conftest import Homes, wish_at
from volunteers.accounts.models import User
from volunteers.homes import residents
from volunteers.homes.models import HouseholdLink, Resident
from volunteers.people.models import Consent, Person
from volunteers.units.models import Appointment

ClientFor = Callable[[User], Client]


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def sign_of(homes: Homes) -> str:
    return f"/s/{homes.building.sign_code}/"


def test_a_stranger_finds_the_building_by_sound_and_by_tapping_down(homes: Homes, cast: Cast, client: Client) -> None:
    for words in ("荷香", "hexiang", "hxy", "桂花"):
        assert "荷香苑" in text_of(client, f"/find/?q={words}"), words
    assert "没有找到" in text_of(client, "/find/?q=zzz")
    assert "青禾街道" in text_of(client, "/find/")
    assert "桂花社区" in text_of(client, f"/find/?unit={cast.street.uid}")
    assert "荷香苑" in text_of(client, f"/find/?unit={cast.community.uid}")
    assert sign_of(homes) in text_of(client, f"/find/?estate={homes.estate.uid}")
    for wrong in (f"unit={cast.group.uid}", "unit=nonsense", f"estate={uuid.uuid4()}"):
        assert client.get(f"/find/?{wrong}").status_code == 404


def test_a_code_typed_into_the_box_leads_to_its_building(homes: Homes, client: Client) -> None:
    plain = homes.building.sign_code.replace("-", "").lower()
    assert client.get(f"/find/?q={plain}")["Location"] == sign_of(homes)
    answer = client.get(f"/s/{plain}/")
    assert (answer.status_code, answer["Location"]) == (301, sign_of(homes))
    assert client.get("/s/K7M4-2222/").status_code == 404


def test_the_sign_tells_surname_and_title_and_nothing_else(homes: Homes, cast: Cast, client: Client) -> None:
    page = text_of(client, sign_of(homes)).replace(str(homes.building.uid), "")  # which may have a 101 in it
    assert "周邻长" in page
    assert "1单元" in page
    assert "2单元" not in page
    assert "周桂兰" not in page
    assert person_of(cast.leader).phone[-4:] not in page
    assert "101" not in page
    Appointment.objects.filter(unit=cast.neighbourhood).delete()
    assert "暂时缺邻长" in text_of(client, sign_of(homes))
    HouseholdLink.objects.all().delete()
    assert "还没有邻长联系" in text_of(client, sign_of(homes))
    assert "还不能自己登记" in text_of(client, f"/join/{homes.building.sign_code}/")


def test_finding_costs_the_same_whatever_there_is(
    homes: Homes, cast: Cast, client: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for path in ("/find/", "/find/?q=hxy", f"/find/?estate={homes.estate.uid}", sign_of(homes)):
        with django_assert_max_num_queries(5):  # type: ignore[attr-defined]
            client.get(path)


def test_joining_begins_with_the_age_and_goes_by_the_sign_in(homes: Homes, client: Client) -> None:
    path = f"/join/{homes.building.sign_code}/"
    assert "满 14 周岁" in text_of(client, path)
    assert client.post(path).status_code == 422
    assert "joining" not in client.session
    answer = client.post(path, {"old_enough": "on"})
    assert answer["Location"] == f"/login/?next=%2Fjoin%2F{homes.building.sign_code}%2F"
    assert client.session["joining"] == str(homes.building.uid)


def test_a_resident_joins_and_the_leader_confirms_with_one_tap(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    path, client = f"/join/{homes.building.sign_code}/", client_for(cast.stranger)
    form = {"id": str(uuid.uuid4()), "where": f"{cast.neighbourhood.uid}|1单元", "door": "301", "old_enough": "on"}
    assert client.post(path, form | {"door": "999"}).status_code == 422
    answer = client.post(path, form)
    assert answer["Location"] == "/homes/mine/"
    assert client.post(path, form)["Location"] == "/homes/mine/"
    assert "等确认" in text_of(client, "/homes/mine/")
    row = Resident.objects.get(person=person_of(cast.stranger))
    assert Consent.objects.filter(person=row.person, document="residents", channel="self").count() == 1
    leader = client_for(cast.leader)
    page = text_of(leader, "/homes/")
    assert "路人" in page
    assert "1 位邻居等您确认" in page
    assert leader.post(f"/homes/residents/{row.uid}/confirm/").status_code == 302
    assert "已确认" in text_of(client, "/homes/mine/")
    assert "win--lit" in text_of(leader, "/homes/")
    assert "等您确认" not in text_of(leader, "/homes/")


def test_somebody_without_a_name_is_asked_for_one(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    Person.objects.filter(pk=person_of(cast.stranger).pk).update(name="")
    client = client_for(cast.stranger)
    path = f"/join/{homes.building.sign_code}/"
    form = {"id": str(uuid.uuid4()), "where": f"{cast.neighbourhood.uid}|1单元", "door": "", "old_enough": "on"}
    assert client.post(path, form).status_code == 422
    assert client.post(path, form | {"name": "李想"}).status_code == 302
    assert Person.objects.get(pk=person_of(cast.stranger).pk).name == "李想"


def test_a_leader_sees_doors_and_masked_people_only(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    row = Resident.objects.get(person=person_of(cast.resident))
    Resident.objects.filter(pk=row.pk).update(household=homes.first[0])
    leader = client_for(cast.leader)
    house = text_of(leader, "/homes/")
    assert "10 户，1 户亮着灯" in house
    assert "7栋 1单元" in house
    page = text_of(leader, f"/homes/{homes.first[0].uid}/")
    assert "方*" in page
    assert "方晓" not in page
    assert person_of(cast.resident).phone not in page
    for path in (f"/homes/{homes.second[0].uid}/",):
        assert leader.get(path).status_code == 404
    for user in (cast.leader2, cast.other_leader, cast.resident, cast.stranger):
        assert client_for(user).get(f"/homes/{homes.first[0].uid}/").status_code == 404
    assert client_for(cast.worker).get(f"/homes/{homes.second[0].uid}/").status_code == 200


def test_opting_out_is_marked_kindly(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    row = Resident.objects.get(person=person_of(cast.resident))
    Resident.objects.filter(pk=row.pk).update(household=homes.first[0])
    mine, leader = client_for(cast.resident), client_for(cast.leader)
    mine.post("/homes/mine/visits/", {"welcome": "0"})
    mine.post("/homes/mine/listing/", {"listed": "0"})
    page = text_of(leader, f"/homes/{homes.first[0].uid}/")
    assert "这户不希望上门" in page
    assert "一位邻居" in page
    assert "方*" not in page
    assert "1 户不希望上门" in text_of(leader, "/homes/")
    leader.post(f"/homes/{homes.first[0].uid}/visits/", {"welcome": "1"})
    assert "这户不希望上门" not in text_of(leader, f"/homes/{homes.first[0].uid}/")
    mine.post("/homes/mine/left/")
    assert "已搬走" in text_of(mine, "/homes/mine/")
    assert mine.post("/homes/mine/left/").status_code == 404


def test_a_proxy_entry_is_labelled_wherever_it_shows(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    leader, path = client_for(cast.leader), f"/homes/enter/{cast.neighbourhood.uid}/"
    assert str(homes.first[3].uid) in text_of(leader, f"{path}?household={homes.first[3].uid}")
    form = {"id": str(uuid.uuid4()), "name": "王秀英", "household": str(homes.first[3].uid)}
    assert leader.post(path, form).status_code == 422
    form |= {"consent_by": "family", "consent_how": "phone"}
    assert leader.post(path, form).status_code == 302
    row = Resident.objects.get(person__name="王秀英")
    assert Consent.objects.filter(person=row.person, document="residents", channel="proxy").count() == 1
    assert "代录" in text_of(leader, f"/homes/{homes.first[3].uid}/")
    assert "代录 1 人" in text_of(client_for(cast.group_leader), "/homes/")
    desk = text_of(client_for(cast.worker), "/console/residents/")
    assert "代录" in desk
    assert leader.post(path, form | {"id": str(uuid.uuid4())}).status_code == 422


def test_a_no_with_a_reason_reaches_the_resident(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    row = residents.ask_to_join(id=uuid.uuid4(), wish=wish_at(cast, homes), acting_user=cast.stranger)
    leader, path = client_for(cast.leader), f"/homes/residents/{row.uid}/decline/"
    assert "路人" in text_of(leader, path)
    assert leader.post(path, {"reason": ""}).status_code == 422
    assert leader.post(path, {"reason": "请写一下门牌"}).status_code == 302
    assert "请写一下门牌" in text_of(client_for(cast.stranger), "/homes/mine/")


def test_a_leader_sets_the_door_of_a_neighbour_who_was_confirmed_without_one(
    homes: Homes, cast: Cast, client_for: ClientFor
) -> None:
    row = Resident.objects.get(person=person_of(cast.resident))
    leader, path = client_for(cast.leader), f"/homes/residents/{row.uid}/door/"
    assert path in text_of(leader, "/homes/")
    page = text_of(leader, path)
    assert str(homes.first[2].uid) in page
    assert str(homes.second[2].uid) not in page, "the other entrance is nobody's here"
    for wrong in ("", str(homes.second[2].uid)):
        assert leader.post(path, {"household": wrong}).status_code == 422
    answer = leader.post(path, {"household": str(homes.first[2].uid)})
    page = text_of(leader, answer["Location"])
    assert "门牌补上了" in page
    assert "win--lit" in page
    assert path not in page
    assert leader.get(path)["Location"] == f"/homes/{homes.first[2].uid}/"


def test_nobody_is_offered_to_set_their_own_door(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    lives = {"neighbourhood": cast.neighbourhood, "state": "confirmed", "confirmed_at": timezone.now()}
    row = Resident.objects.create(person=person_of(cast.leader), **lives)
    path = f"/homes/residents/{row.uid}/door/"
    assert path not in text_of(client_for(cast.leader), "/homes/")
    assert client_for(cast.leader).get(path).status_code == 403


def test_the_units_below_come_in_the_order_of_their_numbers(homes: Homes, cast: Cast, client_for: ClientFor) -> None:
    HouseholdLink.objects.create(
        household=homes.second[0], neighbourhood=cast.neighbourhood2, starts_on=timezone.localdate()
    )
    page = text_of(client_for(cast.group_leader), "/homes/")
    assert page.index("1-1-1邻") < page.index("1-1-2邻")
    assert "9 户没有邻长" in text_of(client_for(cast.street_clerk), "/homes/")


@pytest.mark.parametrize("who", ["leader", "group_leader", "worker", "resident"])
def test_the_pages_work_in_elder_mode_and_in_english(homes: Homes, cast: Cast, client_for: ClientFor, who: str) -> None:
    client = client_for(getattr(cast, who))
    client.cookies["mode"] = "elder"
    for path in ("/homes/", "/homes/mine/", "/find/", sign_of(homes)):
        assert client.get(path, follow=True).status_code == 200
