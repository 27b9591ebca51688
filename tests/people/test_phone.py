"""A number is masked until it is tapped; who may tap is written down and counted (rule R35, threat T5)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from foundation import clock, failpoints
from foundation.errors import TooMany
from foundation.models import AuditEntry
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person, PhoneReveal
from volunteers.people.services import reveal_phone
from volunteers.units.models import Appointment

ClientFor = Callable[[User], Client]


def url_of(user: User) -> str:
    return reverse("person_phone", args=[person_of(user).uid])


def many(count: int, cast: Cast) -> list[Person]:
    """Residents with numbers."""
    made = []
    for number in range(count):
        person = Person(name=f"住户{number}")
        person.set_phone(f"1548887{number:04d}")
        person.save()
        Resident.objects.create(person=person, neighbourhood=cast.neighbourhood)
        made.append(person)
    return made


def test_whoever_has_the_right_opens_it_and_it_is_written_down(cast: Cast, client_for: ClientFor) -> None:
    response = client_for(cast.group_leader).post(
        url_of(cast.leader), {"why": "问空缺"}, headers={"HX-Request": "true"}
    )
    assert person_of(cast.leader).phone in response.content.decode()
    assert "<html" not in response.content.decode()
    row = PhoneReveal.objects.get()
    assert (row.person, row.by, row.unit, row.why) == (
        person_of(cast.leader), person_of(cast.group_leader), cast.neighbourhood, "问空缺",
    )  # fmt: skip
    entry = AuditEntry.objects.get(act="phone.reveal")
    assert (entry.actor_id, entry.object_id) == (cast.group_leader.pk, str(person_of(cast.leader).pk))
    assert person_of(cast.leader).phone not in str(entry.data)


def test_without_javascript_it_is_a_page_with_a_way_back(cast: Cast, client_for: ClientFor) -> None:
    response = client_for(cast.worker).post(
        url_of(cast.leader), headers={"referer": "http://testserver/console/people/"}
    )
    page = response.content.decode()
    assert person_of(cast.leader).phone in page
    assert "http://testserver/console/people/" in page
    elsewhere = client_for(cast.worker).post(url_of(cast.leader), headers={"referer": "https://evil.example/"})
    assert "evil.example" not in elsewhere.content.decode()


@pytest.mark.parametrize("who", ["other_worker", "other_leader", "leader2", "stranger", "merchant_person", "officer"])
def test_others_are_told_nothing(cast: Cast, client_for: ClientFor, who: str) -> None:
    assert client_for(getattr(cast, who)).post(url_of(cast.leader)).status_code == 404
    assert Client().post(url_of(cast.leader)).status_code == 302
    assert not PhoneReveal.objects.exists()


def test_a_resident_and_their_own_leader_reach_each_other(cast: Cast, client_for: ClientFor) -> None:
    me = client_for(cast.resident)
    Resident.objects.filter(person=cast.resident.person_id).update(state="asked", confirmed_at=None)
    assert me.post(url_of(cast.leader)).status_code == 404, "not confirmed yet"
    assert client_for(cast.leader).post(url_of(cast.resident)).status_code == 200, "the leader calls to confirm"
    Resident.objects.filter(person=cast.resident.person_id).update(state="confirmed", confirmed_at=clock.now())
    assert me.post(url_of(cast.leader)).status_code == 200
    assert me.post(url_of(cast.leader2)).status_code == 404
    assert client_for(cast.leader2).post(url_of(cast.resident)).status_code == 404
    Resident.objects.filter(person=cast.resident.person_id).update(state="left")
    assert client_for(cast.leader).post(url_of(cast.resident)).status_code == 404


def test_ones_own_number_is_not_counted(cast: Cast, client_for: ClientFor) -> None:
    assert client_for(cast.leader).post(url_of(cast.leader)).status_code == 200
    assert not PhoneReveal.objects.exists()


def test_who_left_a_role_yesterday_opens_nothing(cast: Cast, client_for: ClientFor) -> None:
    yesterday = clock.today() - dt.timedelta(days=1)
    Appointment.objects.filter(person=cast.group_leader.person_id).update(ends_on=yesterday)
    assert client_for(cast.group_leader).post(url_of(cast.leader)).status_code == 404


def test_the_fifty_first_of_a_day_is_refused_kindly(cast: Cast, client_for: ClientFor, settings: Any) -> None:
    people = many(51, cast)
    client = client_for(cast.worker)
    statuses = [client.post(reverse("person_phone", args=[one.uid])).status_code for one in people]
    assert statuses == [200] * 50 + [429]
    refused = client.post(reverse("person_phone", args=[people[50].uid]))
    assert "明天再看" in refused.content.decode()
    assert PhoneReveal.objects.count() == AuditEntry.objects.filter(act="phone.reveal").count() == 50
    assert client_for(cast.street_clerk).post(reverse("person_phone", args=[people[50].uid])).status_code == 200


def test_numbers_are_masked_on_every_page_until_then(cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.leader).get("/me/").content.decode()
    assert person_of(cast.leader).phone not in page
    assert person_of(cast.leader).masked_phone in page


@pytest.mark.postgres
def test_two_phones_of_one_clerk_do_not_share_the_last_place(committed_cast: Cast, settings: Any) -> None:
    settings.PHONE_REVEALS_A_DAY = 1
    first, second = many(2, committed_cast)
    user = committed_cast.worker
    said: list[str] = []
    gate = threading.Barrier(2, timeout=5)

    def meet() -> None:
        try:
            gate.wait(timeout=1)
        except threading.BrokenBarrierError:
            said.append("alone")

    def look(person: Person) -> None:
        try:
            said.append(reveal_phone(person=person, acting_user=User.objects.get(pk=user.pk)))
        except TooMany:
            said.append("refused")
        finally:
            connection.close()

    with failpoints.armed("phone.before_count", meet):
        threads = [threading.Thread(target=look, args=[one]) for one in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert PhoneReveal.objects.count() == 1
    assert said.count("refused") == 1


def test_pages_of_homes_and_posts_offer_the_tap(cast: Cast, client_for: ClientFor) -> None:
    Resident.objects.filter(person=cast.resident.person_id).update(state="confirmed", confirmed_at=clock.now())
    page = client_for(cast.resident).get(reverse("my_home")).content.decode()
    assert url_of(cast.leader) in page
    assert person_of(cast.leader).phone not in page
    assert person_of(cast.leader).masked_phone in page
