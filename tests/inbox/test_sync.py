"""What a phone gets when it asks: its own streams, in order, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.models import Notification, Stream
from foundation.streams import person_key, publish, unit_key
from tests.cast import Cast
from tests.inbox.phone import Phone
from volunteers.accounts.models import User
from volunteers.inbox import selectors
from volunteers.inbox.selectors import streams_for
from volunteers.inbox.services import purge_old_notifications
from volunteers.units.models import Appointment, Role, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
Login = Callable[[User], Client]


def say(stream: str, title: str, *roles: str) -> Notification:
    """Publish one line."""
    with transaction.atomic():
        return publish(stream, kind="notice", payload={"title": title, "url": "/x/", "icon": "bell"}, roles=roles)


def to(unit: Unit, title: str, *roles: str) -> Notification:
    """Publish to a unit."""
    return say(unit_key(unit.pk), title, *roles)


def test_an_anonymous_visitor_is_told_to_sign_in(client: Client) -> None:
    answer = client.get("/sync")
    assert answer.status_code == 401
    assert answer["Content-Type"].startswith("application/json")


def test_a_leader_follows_the_units_above_and_the_own_stream(cast: Cast) -> None:
    above = [cast.district, cast.street, cast.community, cast.area, cast.group, cast.neighbourhood]
    expected = {unit_key(unit.pk) for unit in above} | {person_key(cast.leader.person_id or 0)}
    assert set(streams_for(cast.leader)) == expected
    assert set(streams_for(cast.worker)) == {
        *(unit_key(unit.pk) for unit in above[:3]),
        person_key(cast.worker.person_id or 0),
    }


def test_a_resident_follows_the_neighbourhood_a_stranger_only_himself(cast: Cast) -> None:
    assert unit_key(cast.neighbourhood.pk) in streams_for(cast.resident)
    assert unit_key(cast.district.pk) in streams_for(cast.resident)
    assert set(streams_for(cast.stranger)) == {person_key(cast.stranger.person_id or 0)}
    cast.leader.is_active = False
    assert streams_for(cast.leader) == {}


def test_what_was_published_arrives_once_and_in_order(cast: Cast, client_for: Login) -> None:
    phone = Phone(client_for(cast.leader))
    assert phone.sync() == []
    to(cast.district, "one")
    to(cast.neighbourhood, "two")
    say(person_key(cast.leader.person_id or 0), "three")
    assert phone.sync() == ["one", "two", "three"]
    assert phone.sync() == []


def test_an_entry_carries_what_the_phone_shows(cast: Cast, client_for: Login) -> None:
    phone = Phone(client_for(cast.leader))
    phone.sync()
    entry = to(cast.street, "停水")
    (event,) = phone.ask()["events"]
    entry.refresh_from_db()
    assert event.pop("at") == entry.created_at.isoformat()
    stream = unit_key(cast.street.pk)
    shown = {"stream": stream, "seq": 1, "kind": "notice", "title": "停水", "body": "", "url": "/x/", "icon": "bell"}
    assert event == {**shown, "ref": ""}


def test_an_entry_for_a_role_reaches_only_those_who_hold_it_below(cast: Cast, client_for: Login) -> None:
    people = [cast.leader, cast.group_leader, cast.worker, cast.resident, cast.other_leader]
    phones = {user.pk: Phone(client_for(user)) for user in people}
    for phone in phones.values():
        phone.sync()
    to(cast.community, "for leaders", Role.NEIGHBOUR_LEADER)
    to(cast.community, "for all")
    to(cast.community, "for residents", selectors.RESIDENT)
    got = [phones[user.pk].sync() for user in people]
    assert got == [["for leaders", "for all"], ["for all"], ["for all"], ["for all", "for residents"], []]
    assert all(phone.ask()["heads"] == phone.cursors for phone in phones.values())


def test_a_role_held_elsewhere_does_not_count_here(cast: Cast, client_for: Login) -> None:
    Appointment.objects.create(
        person_id=cast.resident.person_id or 0,
        role=Role.GROUP_LEADER,
        unit=cast.far_community,
        starts_on=dt.date(2024, 1, 1),
    )
    phone = Phone(client_for(cast.resident))
    phone.sync()
    to(cast.community, "not for me", Role.GROUP_LEADER)
    to(cast.district, "for me", Role.GROUP_LEADER)
    assert phone.sync() == ["for me"]


def test_a_foreign_stream_is_never_answered(cast: Cast, client_for: Login) -> None:
    foreign = [unit_key(cast.other_community.pk), person_key(cast.leader2.person_id or 0), unit_key(cast.area.pk)]
    for stream in foreign:
        say(stream, "secret")
    answer = client_for(cast.worker).get("/sync?c=" + ",".join(f"{key}:0" for key in foreign))
    body = answer.json()
    assert not body["events"] + body["reset"]
    assert not set(foreign) & set(body["heads"])


@pytest.mark.parametrize(
    "junk", ["x", "u:1", ":::", "u:1:-3", "u:1:９", "p:1:" + "9" * 40, "," * 50, "u:1:1;drop", "%00:1"]
)
def test_junk_instead_of_cursors_is_left_out(cast: Cast, client_for: Login, junk: str) -> None:
    assert client_for(cast.leader).get("/sync", {"c": junk}).json()["events"] == []


def test_a_demoted_leader_no_longer_gets_the_stream(cast: Cast, client_for: Login) -> None:
    phone = Phone(client_for(cast.leader))
    phone.sync()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Appointment.objects.filter(person_id=cast.leader.person_id or 0).update(ends_on=yesterday)
    to(cast.neighbourhood, "after")
    body = phone.ask()
    assert body["events"] == []
    assert set(body["heads"]) == {person_key(cast.leader.person_id or 0)}


def test_a_long_sleep_is_caught_up_in_pages(cast: Cast, client_for: Login) -> None:
    phone = Phone(client_for(cast.leader))
    phone.sync()
    for number in range(230):
        to(cast.district if number % 3 else cast.group, str(number))
    first = phone.ask()
    assert len(first["events"]) == 200
    assert first["more"]
    assert phone.sync() == [str(number) for number in range(230)]


def test_a_cursor_older_than_what_is_kept_is_reset(cast: Cast, client_for: Login) -> None:
    phone = Phone(client_for(cast.leader))
    phone.sync()
    to(cast.district, "old")
    to(cast.street, "old too")
    Notification.objects.update(created_at=timezone.now() - dt.timedelta(days=91))
    to(cast.district, "new")
    assert phone.sync() == []
    assert set(phone.resets) == {unit_key(cast.district.pk), unit_key(cast.street.pk)}
    to(cast.district, "newer")
    assert phone.sync() == ["newer"]
    assert purge_old_notifications() == 2
    assert phone.sync() == []


def test_a_cursor_beyond_the_head_is_reset(cast: Cast, client_for: Login) -> None:
    to(cast.district, "one")
    phone = Phone(client_for(cast.leader), cursors={unit_key(cast.district.pk): 7})
    phone.sync()
    assert phone.resets == [unit_key(cast.district.pk)]
    assert (phone.cursors or {})[unit_key(cast.district.pk)] == 1


def test_the_number_of_queries_does_not_grow(
    cast: Cast, client_for: Login, django_assert_max_num_queries: object
) -> None:
    phone = Phone(client_for(cast.leader))
    phone.sync()
    for number in range(60):
        to(cast.district if number % 2 else cast.group, str(number))
    # session, user, appointments, home, units, heads, marks, unread, entries
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        phone.sync()


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=40), st.integers(1, 7))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_answers_are_lost_or_repeated_each_entry_is_shown_once_in_order(
    cast: Cast, client_for: Login, steps: list[tuple[int, bool, bool]], page: int
) -> None:
    streams = [unit_key(cast.district.pk), unit_key(cast.group.pk), person_key(cast.leader.person_id or 0)]
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(selectors, "PAGE", page)
        phone = Phone(client_for(cast.leader))
        phone.sync()
        start = dict(phone.cursors or {})
        for which, asks, loses in steps:
            if which < 3:
                say(streams[which], "entry")
            if asks:
                body = phone.ask()
                if not loses:  # an answer that never arrived changes nothing: the next one repeats it
                    phone.take(body)
        phone.sync()
        assert phone.resets == []
        for stream in streams:
            head = Stream.objects.filter(key=stream).values_list("head", flat=True).first() or 0
            assert phone.seen(stream) == list(range(start[stream] + 1, head + 1))
        transaction.set_rollback(True)
