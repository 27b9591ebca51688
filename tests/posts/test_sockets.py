"""Rights taken away by the services close the sockets within two seconds, on the real servers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from foundation.streams import unit_key
from tests.cast import Cast, person_of
from tests.inbox.servers import Server, arrangement, close_code, heard, heard_until
from tests.inbox.test_sync import to
from tests.posts.conftest import DAY, held_by
from volunteers.accounts.models import User
from volunteers.posts import leaves, services

pytestmark = pytest.mark.everywhere
ClientFor = Callable[[User], Client]


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Server]:
    """The arrangement of this database, running for all tests of this file."""
    with django_db_blocker.unblock():
        running = arrangement()
        server = running.__enter__()
    yield server
    running.__exit__(None, None, None)


def test_a_leader_ended_at_once_is_cut_off_within_two_seconds(
    committed_cast: Cast, server: Server, client_for: ClientFor
) -> None:
    cast = committed_cast
    client, sibling = client_for(cast.leader), client_for(cast.leader2)
    held = held_by(cast.leader)
    assert client.get(f"/posts/{held.uid}/handover/").status_code == 200
    with server.socket(client) as socket, server.socket(sibling) as untouched:
        began = time.monotonic()
        services.end_appointment(appointment=held, reason="泄露住户信息", at_once=True, acting_user=cast.worker)
        assert client.get(f"/posts/{held.uid}/handover/").status_code == 404
        assert close_code(socket) == 1012
        assert time.monotonic() - began < 2
        to(cast.group, "after")
        assert heard_until(untouched, unit_key(cast.group.pk), 1)
    with server.socket(client) as socket:
        to(cast.group, "later")
        frames = [heard(socket, 0.5) or {} for _turn in range(2)]
        assert not any(unit_key(cast.group.pk) in frame for frame in frames)


def test_a_stand_in_hears_the_post_from_the_moment_of_the_appointment(
    committed_cast: Cast, server: Server, client_for: ClientFor
) -> None:
    cast = committed_cast
    client, today = client_for(cast.group_leader), timezone.localdate()
    with server.socket(client) as socket:
        began = time.monotonic()
        leaves.take_leave(
            uid=uuid.uuid4(), appointment=held_by(cast.leader), starts_on=today, until=today + DAY,
            stand_in=person_of(cast.group_leader), acting_user=cast.leader,
        )  # fmt: skip
        assert close_code(socket) == 1012
        assert time.monotonic() - began < 2
    stream = unit_key(cast.neighbourhood.pk)
    with server.socket(client) as socket:
        to(cast.neighbourhood, "停水")
        assert heard_until(socket, stream, 1)
