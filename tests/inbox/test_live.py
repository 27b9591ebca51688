"""The socket against the real server: one process on SQLite, two and a worker on PostgreSQL with Redis."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from websockets.exceptions import InvalidStatus

from foundation import outbox
from foundation.actors import SYSTEM
from foundation.line import REVOKE
from foundation.streams import person_key, unit_key
from tests.cast import Cast
from tests.inbox.phone import Phone
from tests.inbox.servers import Server, arrangement, close_code, heard, heard_until
from tests.inbox.test_sync import say, to
from volunteers.accounts.models import User
from volunteers.accounts.services import end_sessions
from volunteers.units.models import Appointment

pytestmark = pytest.mark.everywhere
Login = Callable[[User], Client]


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Server]:
    """The arrangement of this database, running for all tests of this file: starting it takes longer than they do."""
    with django_db_blocker.unblock():
        running = arrangement()
        server = running.__enter__()
    yield server
    running.__exit__(None, None, None)


def demote(user: User) -> None:
    """End all appointments, as a service does it: the news leaves with the commit."""
    with transaction.atomic():
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        Appointment.objects.filter(person_id=user.person_id or 0).update(ends_on=yesterday)
        outbox.put(REVOKE, {"persons": [user.person_id]})


def test_a_publication_pokes_the_phones_concerned_and_sync_has_it(
    committed_cast: Cast, server: Server, client_for: Login
) -> None:
    cast = committed_cast
    stream = unit_key(cast.group.pk)
    leader, sibling = client_for(cast.leader), client_for(cast.other_leader)
    phone = Phone(leader)
    phone.sync()
    with server.socket(leader) as mine, server.socket(sibling) as other:
        began = time.monotonic()
        to(cast.group, "停水")
        assert heard_until(mine, stream, 1)
        assert time.monotonic() - began < 2
        assert phone.sync() == ["停水"]
        to(cast.other_group, "别组的")
        assert heard(other) == {unit_key(cast.other_group.pk): 1}
        assert set(heard(mine, 0.5) or {}) <= {stream}  # at most the same once more, when it was told at the start


def test_a_new_socket_is_told_how_far_its_streams_are(committed_cast: Cast, server: Server, client_for: Login) -> None:
    cast = committed_cast
    to(cast.district, "one")
    to(cast.district, "two")
    say(person_key(cast.leader.person_id or 0), "mine")
    to(cast.other_group, "not mine")
    with server.socket(client_for(cast.leader)) as socket:
        assert heard(socket) == {unit_key(cast.district.pk): 2, person_key(cast.leader.person_id or 0): 1}


def test_only_a_session_from_our_own_pages_gets_a_socket(
    committed_cast: Cast, server: Server, client_for: Login
) -> None:
    client = client_for(committed_cast.leader)
    for origin in (None, "http://evil.example", "null"):
        with pytest.raises(InvalidStatus) as refused:
            server.socket(client, origin=origin)
        assert refused.value.response.status_code == 403
    stolen = Client()
    stolen.cookies["sid"] = "0" * 32
    for visitor in (None, Client(), stolen):
        with pytest.raises(InvalidStatus) as refused:
            server.socket(visitor)
        assert refused.value.response.status_code == 403


def test_a_heartbeat_is_answered_and_anything_else_ends_the_socket(
    committed_cast: Cast, server: Server, client_for: Login
) -> None:
    client = client_for(committed_cast.leader)
    with server.socket(client) as socket:
        socket.send("ping")
        assert socket.recv(timeout=3) == "pong"
        socket.send('{"subscribe": "u:1"}')
        assert close_code(socket) == 1008
    with server.socket(client) as socket:
        socket.send("x" * 17_000)
        assert close_code(socket) == 1009
    with server.socket(client) as socket:
        for _beat in range(21):
            socket.send("ping")
        assert close_code(socket) == 1008


def test_a_demoted_leader_loses_the_socket_within_two_seconds(
    committed_cast: Cast, server: Server, client_for: Login
) -> None:
    cast = committed_cast
    client, sibling = client_for(cast.leader), client_for(cast.leader2)
    with server.socket(client) as socket, server.socket(sibling) as untouched:
        to(cast.group, "before")
        assert heard_until(socket, unit_key(cast.group.pk), 1)
        began = time.monotonic()
        demote(cast.leader)
        assert close_code(socket) == 1012
        assert time.monotonic() - began < 2
        to(cast.group, "after")
        assert heard_until(untouched, unit_key(cast.group.pk), 2)
    with server.socket(client) as socket:
        to(cast.group, "later")
        assert heard(socket, 0.7) is None
        say(person_key(cast.leader.person_id or 0), "谢谢")
        assert heard_until(socket, person_key(cast.leader.person_id or 0), 1)


def test_a_raised_epoch_ends_the_socket_and_the_way_in(committed_cast: Cast, server: Server, client_for: Login) -> None:
    user = committed_cast.leader
    client = client_for(user)
    client.get("/sync")  # the guard writes the epoch into the session
    with server.socket(client) as socket:
        began = time.monotonic()
        end_sessions(user, acting_user=SYSTEM, reason="lost phone")
        assert close_code(socket) == 4401
        assert time.monotonic() - began < 2
    with pytest.raises(InvalidStatus):
        server.socket(client)


def test_signing_out_closes_the_sockets_of_this_session_only(
    committed_cast: Cast, server: Server, client_for: Login
) -> None:
    phone, tablet = client_for(committed_cast.leader), client_for(committed_cast.leader)
    with server.socket(phone) as socket, server.socket(tablet) as other:
        phone.post("/logout/")
        assert close_code(socket) == 4401
        to(committed_cast.group, "still here")
        assert heard_until(other, unit_key(committed_cast.group.pk), 1)


def test_a_server_that_ends_sends_everybody_away_to_come_again(committed_cast: Cast, client_for: Login) -> None:
    server = Server("config.live:application", workers=2, PROCESS="live")
    try:
        with server.socket(client_for(committed_cast.leader)) as socket:
            heard(socket, 0.3)
            server.process.terminate()
            assert close_code(socket, 5) == 1012
    finally:
        assert server.stop() in {0, -15, 143}


def test_sockets_apart_from_pages_work_without_redis_too(committed_cast: Cast, client_for: Login) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the arrangement of the demo")
    cast = committed_cast
    server = Server("config.live:application", PROCESS="live")
    try:
        with server.socket(client_for(cast.leader)) as socket:
            to(cast.group, "one")
            assert heard_until(socket, unit_key(cast.group.pk), 1, 2)
            yesterday = timezone.localdate() - dt.timedelta(days=1)
            Appointment.objects.filter(person_id=cast.leader.person_id or 0).update(ends_on=yesterday)
            assert close_code(socket) == 1012
    finally:
        server.stop()
