"""Households that stand behind a nomination (scenario A8)."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from events.campaigns.models import Campaign, Nomination, Seconding
from events.campaigns.nominees.nominations import second
from foundation.errors import Conflict, Denied
from foundation.models import Notification
from foundation.streams import person_key
from tests.cast import Cast, person_of
from tests.nominees.making import agreed, household, neighbour, put_forward, seconded
from volunteers.accounts.models import User
from volunteers.homes.models import Resident

Clients = Callable[[User], Client]


def say(row: Nomination, user: User, **more: object) -> Seconding:
    return second(uid=uuid.uuid4(), nomination=row, acting_user=user, **more)  # type: ignore[arg-type]


def test_the_third_household_is_enough_and_the_nominee_hears_of_it(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    row = seconded(agreed(campaign, cast.leader, cast.group_leader), 2)
    mine = Notification.objects.filter(stream_key=person_key(person_of(cast.leader).pk))
    assert not mine.filter(payload__title="附议的户数够了").exists()
    third = neighbour(cast.neighbourhood)
    client = client_for(third)
    assert "周桂兰" in client.get(f"/best/{campaign.uid}/second/").content.decode()
    page = client.get(f"/best/nominations/{row.pk}/").content.decode()
    assert "我家附议" in page
    client.post(f"/best/nominations/{row.pk}/second/", {"uid": str(uuid.uuid4())})
    row.refresh_from_db()
    assert row.seconded_count == 3
    assert mine.filter(payload__title="附议的户数够了").count() == 1
    assert "周桂兰" not in client.get(f"/best/{campaign.uid}/second/").content.decode()


def test_two_of_one_household_count_once(cast: Cast, campaign: Campaign) -> None:
    row, door = agreed(campaign, cast.leader, cast.group_leader), household(cast.neighbourhood)
    one, two = neighbour(cast.neighbourhood, door=door), neighbour(cast.neighbourhood, door=door)
    made = say(row, one)
    assert say(row, one) == made, "saying it twice is the same"
    with pytest.raises(Conflict, match="一户算一次"):
        say(row, two)
    row.refresh_from_db()
    assert row.seconded_count == Seconding.objects.count() == 1


def test_a_resident_without_a_known_door_reads_what_to_do(cast: Cast, campaign: Campaign, client_for: Clients) -> None:
    row = agreed(campaign, cast.leader, cast.group_leader)
    answer = client_for(cast.resident).post(f"/best/nominations/{row.pk}/second/", {"uid": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert "请邻长在“我的住户”里补上" in answer.content.decode()
    home = Resident.objects.get(person=person_of(cast.resident))
    door = {"household": str(household(cast.neighbourhood).uid)}
    assert client_for(cast.leader).post(f"/homes/residents/{home.uid}/door/", door).status_code == 302
    assert say(row, cast.resident).person_id == home.person_id


def test_neither_the_nominee_nor_who_named_them_nor_their_homes_nor_another_community(
    cast: Cast, campaign: Campaign
) -> None:
    maker, door = neighbour(cast.neighbourhood), household(cast.neighbourhood)
    row = agreed(campaign, cast.leader, maker)
    home = Resident.objects.get(person=person_of(maker)).household
    Resident.objects.create(
        person=person_of(cast.leader), neighbourhood=cast.neighbourhood, household=door, state="confirmed",
        confirmed_at=row.nominated_at,
    )  # fmt: skip
    family = neighbour(cast.neighbourhood, door=door)
    for user in (maker, cast.leader, family, neighbour(cast.neighbourhood, door=home), cast.stranger):
        with pytest.raises(Conflict):
            say(row, user)
    with pytest.raises(Conflict, match="同一个社区"):
        say(row, neighbour(cast.other_neighbourhood))
    assert not Seconding.objects.exists()


def test_the_group_leader_seconds_for_a_neighbour_without_a_phone(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    row = agreed(campaign, cast.leader, cast.resident)
    old = Resident.objects.get(person=person_of(neighbour(cast.neighbourhood, name="王秀英", proxy=True)))
    young = Resident.objects.get(person=person_of(neighbour(cast.neighbourhood)))
    client = client_for(cast.group_leader)
    assert "王秀英" in client.get(f"/best/nominations/{row.pk}/").content.decode()
    assert client_for(cast.other_group_leader).get(f"/best/nominations/{row.pk}/").status_code == 404
    client.post(f"/best/nominations/{row.pk}/second/", {"uid": str(uuid.uuid4()), "resident": str(old.uid)})
    made = Seconding.objects.get()
    assert (made.person_id, made.entered_by) == (old.person_id, cast.group_leader)
    with pytest.raises(Denied):
        say(row, cast.group_leader, resident=young)
    with pytest.raises(Denied):
        say(row, cast.leader, resident=old)


def test_whoever_put_somebody_forward_writes_no_household_down_for_others(
    cast: Cast, campaign: Campaign, client_for: Clients
) -> None:
    row = put_forward(campaign, cast.leader, cast.group_leader)
    old = Resident.objects.get(person=person_of(neighbour(cast.neighbourhood, name="王秀英", proxy=True)))
    with pytest.raises(Denied, match="别的同事"):
        say(row, cast.group_leader, resident=old)
    assert "王秀英" not in client_for(cast.group_leader).get(f"/best/nominations/{row.pk}/").content.decode()
    assert say(row, cast.area_leader, resident=old).entered_by == cast.area_leader


def test_nobody_seconds_a_nomination_that_is_over(cast: Cast, campaign: Campaign) -> None:
    row = put_forward(campaign, cast.leader, cast.group_leader)
    Nomination.objects.filter(pk=row.pk).update(state="withdrawn")
    with pytest.raises(Conflict, match="不用附议"):
        say(row, neighbour(cast.neighbourhood))
