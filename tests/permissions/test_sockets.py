"""Every kind of visitor at the one address of sockets: who gets one, what is heard there, what may be said (T40)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from foundation.streams import person_key, unit_key
from tests.cast import Cast
from tests.inbox.servers import Server, arrangement, close_code, heard
from tests.inbox.test_sync import say, to
from tests.permissions.visitors import ANONYMOUS, SERVES, VISITORS, make_visitors, sign_in
from volunteers.accounts.models import User
from volunteers.inbox.gate import admissions
from volunteers.units.models import Unit

PATIENCE = 20.0  # seconds, on a machine with much else to do
REFUSED = {ANONYMOUS, "erased_person"}


def expected(cast: Cast, visitor: str, user: User) -> set[str]:
    """The person's own stream, and those of the units where they serve or live and of all above."""
    streams = {person_key(user.person_id)} if user.person_id else set()
    at: Unit | None = getattr(cast, SERVES[visitor]) if visitor in SERVES else None
    while at is not None:
        streams.add(unit_key(at.pk))
        at = at.get_parent()
    return streams


def opened(server: Server, client: Client, name: str) -> ClientConnection:
    """As a phone does it, which comes back when a busy server sent it away."""
    for _attempt in range(40):
        try:
            return server.socket(client)
        except InvalidStatus:
            time.sleep(0.5)
    raise AssertionError(f"no socket for {name}:\n{server.words()}")


@pytest.mark.django_db
def test_the_gate_admits_a_session_to_its_own_streams_only(cast: Cast) -> None:
    users = make_visitors(cast)
    cookies = sign_in(users)
    admitted = admissions([*cookies.values(), "0" * 32])
    assert set(admitted) == {key for name, key in cookies.items() if name not in REFUSED}
    for name in VISITORS:
        if name not in REFUSED:
            assert set(admitted[cookies[name]].streams) == expected(cast, name, users[name]), name


@pytest.fixture
def server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Server]:
    """The real server, on the database of this test."""
    with django_db_blocker.unblock():
        running = arrangement()
        server = running.__enter__()
    yield server
    running.__exit__(None, None, None)


def test_everybody_hears_their_own_and_nobody_may_ask_for_more(committed_cast: Cast, server: Server) -> None:
    cast = committed_cast
    users = make_visitors(cast)
    cookies = sign_in(users)
    for unit in Unit.objects.all():
        to(unit, "停水")
    for user in users.values():
        if user.person_id:
            say(person_key(user.person_id), "给您的")
    for name in VISITORS:
        client = Client()
        if name in cookies:
            client.cookies["sid"] = cookies[name]
        if name in REFUSED:
            with pytest.raises(InvalidStatus) as refused:
                server.socket(client)
            assert refused.value.response.status_code == 403, name
            continue
        with opened(server, client, name) as socket:
            streams = expected(cast, name, users[name])
            assert set(heard(socket, PATIENCE) or {}) == streams, name
            socket.send(f'{{"subscribe": "{unit_key(cast.other_neighbourhood.pk)}"}}')
            assert close_code(socket, PATIENCE) == 1008, name
