"""Signing up: once a person, never more than there are places, told once however often it is sent."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from events.gatherings.models import Event, SignUp
from events.gatherings.services import Plan, call_off, cancel_sign_up, put_event, sign_up
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import DifferentBody
from foundation.jobs import relay_once
from foundation.models import Notification
from tests.cast import Cast
from tests.gatherings.conftest import make_event
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person

ClientFor = Callable[[User], Client]
NewEvent = Callable[..., Event]


def count(event: Event) -> int:
    """Places taken, which the rows must agree with."""
    event.refresh_from_db()
    assert SignUp.objects.current().filter(event=event).count() == event.signed_count
    return event.signed_count


@pytest.mark.everywhere
def test_the_same_sending_twice_is_one_place(cast: Cast, event: Event) -> None:
    id_ = uuid.uuid4()
    first = sign_up(id=id_, event=event, acting_user=cast.resident)
    assert sign_up(id=id_, event=event, acting_user=cast.resident) == first
    with pytest.raises(Conflict, match="已经报过名"):
        sign_up(id=uuid.uuid4(), event=event, acting_user=cast.resident)
    with pytest.raises(Missing):
        sign_up(id=id_, event=event, acting_user=cast.leader)
    assert count(event) == 1


@pytest.mark.everywhere
def test_one_id_is_good_for_one_event(cast: Cast, event: Event, new_event: NewEvent) -> None:
    id_ = uuid.uuid4()
    sign_up(id=id_, event=event, acting_user=cast.resident)
    with pytest.raises(DifferentBody):
        sign_up(id=id_, event=new_event(title="健步走"), acting_user=cast.resident)


@pytest.mark.everywhere
def test_the_place_given_back_is_free_again(cast: Cast, new_event: NewEvent) -> None:
    event = new_event(capacity=1)
    sign_up(id=uuid.uuid4(), event=event, acting_user=cast.resident)
    with pytest.raises(Conflict, match="满了"):
        sign_up(id=uuid.uuid4(), event=event, acting_user=cast.leader)
    assert count(event) == 1
    cancel_sign_up(event=event, acting_user=cast.resident)
    cancel_sign_up(event=event, acting_user=cast.resident)
    assert count(event) == 0
    with pytest.raises(Missing):
        cancel_sign_up(event=event, acting_user=cast.leader)
    sign_up(id=uuid.uuid4(), event=event, acting_user=cast.leader)
    with pytest.raises(Conflict, match="满了"):
        sign_up(id=uuid.uuid4(), event=event, acting_user=cast.resident)
    assert count(event) == 1


def test_what_is_over_called_off_or_needs_none_takes_no_sign_up(cast: Cast, new_event: NewEvent) -> None:
    now = timezone.now()
    over = new_event(starts_at=now - dt.timedelta(hours=3), ends_at=now - dt.timedelta(hours=1))
    off = new_event()
    call_off(event=off, acting_user=cast.worker)
    for event in (over, Event.objects.get(pk=off.pk), new_event(needs_sign_up=False)):
        with pytest.raises(Conflict):
            sign_up(id=uuid.uuid4(), event=event, acting_user=cast.resident)


def test_who_does_not_see_an_event_cannot_sign_up(
    cast: Cast, event: Event, new_event: NewEvent, client_for: ClientFor
) -> None:
    for user in (cast.other_leader, cast.stranger, cast.merchant_person):
        client = client_for(user)
        assert client.get(event.get_absolute_url()).status_code == 404
        assert event.title not in client.get("/events/").content.decode()
        body = {"id": str(uuid.uuid4())}
        assert client.post(f"/events/{event.uid}/sign-up/", body).status_code == 404
        assert client.post(f"/events/{event.uid}/cancel/").status_code == 404
        assert client.get(f"/api/gatherings/{event.uid}").status_code == 404
        with pytest.raises(Missing):
            sign_up(id=uuid.uuid4(), event=event, acting_user=user)
    assert Client().get(event.get_absolute_url()).status_code == 404
    assert Client().get(new_event(is_public=True).get_absolute_url()).status_code == 200
    assert Client().post(f"/events/{event.uid}/sign-up/").status_code == 302


def test_a_resident_signs_up_and_takes_it_back_on_the_phone(cast: Cast, event: Event, client_for: ClientFor) -> None:
    client = client_for(cast.resident)
    assert "我要参加" in client.get(event.get_absolute_url()).content.decode()
    body = {"id": str(uuid.uuid4())}
    sent = client.post(f"/events/{event.uid}/sign-up/", body, headers={"X-Outbox": "1"})
    assert sent.json() == {"ok": True, "url": event.get_absolute_url()}
    assert "取消报名" in client.get(event.get_absolute_url()).content.decode()
    assert "已报名" in client.get("/events/").content.decode()
    assert client.post(f"/events/{event.uid}/cancel/").status_code == 302
    assert "我要参加" in client.get(event.get_absolute_url()).content.decode()
    assert client.post(f"/events/{event.uid}/sign-up/", {"id": "nonsense"}).status_code == 422
    assert count(event) == 0


def test_the_api_does_what_the_phone_does(cast: Cast, event: Event, client_for: ClientFor) -> None:
    client = client_for(cast.leader)
    (listed,) = client.get("/api/gatherings/").json()
    assert (listed["uid"], listed["capacity"], listed["is_open"]) == (str(event.uid), 50, True)
    body = {"id": str(uuid.uuid4())}
    for _again in range(2):
        answer = client.post(f"/api/gatherings/{event.uid}/sign-up", body, content_type="application/json")
        assert answer.json() == {"id": body["id"], "state": "signed"}
    assert count(event) == 1
    assert client.post(f"/api/gatherings/{event.uid}/cancel").status_code == 204
    assert count(event) == 0


def test_only_staff_of_the_unit_announce_change_and_call_off(cast: Cast, event: Event) -> None:
    plan = Plan(title="改名", place="食堂", starts_at=event.starts_at, ends_at=event.ends_at, capacity=50)
    for user in (cast.other_worker, cast.area_leader, cast.leader, cast.resident):
        with pytest.raises(Denied):
            put_event(uid=event.uid, unit=cast.community, plan=plan, acting_user=user)
        with pytest.raises(Denied):
            call_off(event=event, acting_user=user)
    with pytest.raises(Missing):
        put_event(uid=event.uid, unit=cast.street, plan=plan, acting_user=cast.street_clerk)
    put_event(uid=event.uid, unit=cast.community, plan=plan, acting_user=cast.worker)
    assert Event.objects.get(uid=event.uid).title == "改名"
    assert Notification.objects.filter(kind="event").count() == 1


def test_there_are_never_fewer_places_than_people(cast: Cast, event: Event) -> None:
    for user in (cast.resident, cast.leader):
        sign_up(id=uuid.uuid4(), event=event, acting_user=user)
    plan = Plan(title="小一点", place="食堂", starts_at=event.starts_at, ends_at=event.ends_at, capacity=1)
    with pytest.raises(Invalid):
        put_event(uid=event.uid, unit=cast.community, plan=plan, acting_user=cast.worker)


def test_who_signed_up_hears_that_it_is_called_off(cast: Cast, event: Event) -> None:
    for user in (cast.resident, cast.leader):
        sign_up(id=uuid.uuid4(), event=event, acting_user=user)
    cancel_sign_up(event=event, acting_user=cast.leader)
    for _again in range(2):
        call_off(event=event, acting_user=cast.worker)
    relay_once()
    told = Notification.objects.filter(ref=f"event_called_off:{event.uid}")
    assert [one.stream_key for one in told] == [f"p:{cast.resident.person_id}"]


def make_residents(cast: Cast, number: int) -> list[User]:
    """People of the cast's neighbourhood."""
    users = []
    for index in range(number):
        person = Person(name=f"居民{index}")
        person.set_phone(f"1548888{index:04d}")
        person.save()
        lives = {"neighbourhood": cast.neighbourhood, "state": "confirmed", "confirmed_at": timezone.now()}
        Resident.objects.create(person=person, **lives)
        users.append(User.objects.create_user(f"resident-{index}", person=person))
    return users


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_fifty_one_at_once_for_fifty_places() -> None:
    from tests.cast import make_cast

    cast = make_cast()
    event = make_event(cast)
    residents = make_residents(cast, 51)
    gate, taken, refused, errors = threading.Barrier(17), [], [], []

    def three(users: list[User]) -> None:
        gate.wait()
        try:
            for user in users:
                try:
                    id_ = uuid.uuid4()
                    taken.append(sign_up(id=id_, event=event, acting_user=user))
                    sign_up(id=id_, event=event, acting_user=user)
                except Conflict:
                    refused.append(user)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=three, args=(residents[n::17],)) for n in range(17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (len(taken), len(refused)) == (50, 1)
    assert count(event) == 50


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_phones_of_one_person_take_one_place() -> None:
    from tests.cast import make_cast

    cast = make_cast()
    event = make_event(cast)
    gate, errors = threading.Barrier(8), []

    def send() -> None:
        gate.wait()
        try:
            sign_up(id=uuid.uuid4(), event=event, acting_user=cast.resident)
        except Conflict:
            pass
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert count(event) == 1
