"""A database that restarts costs one connection, not one request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connection, connections

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kept() -> Iterator[Any]:
    """A connection as the processes of pages have it: kept from request to request, without a pool."""
    wrapper = connection.copy()
    wrapper.settings_dict["OPTIONS"].pop("pool", None)
    wrapper.settings_dict["CONN_MAX_AGE"] = 300
    connections.settings["kept"], connections["kept"] = wrapper.settings_dict, wrapper
    yield wrapper
    wrapper.close()
    del connections["kept"], connections.settings["kept"]


def session_of(wrapper: Any) -> int:
    """Which server process answers."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_ended_by_the_server_is_replaced_when_the_next_request_begins(kept: Any) -> None:
    first = session_of(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    request_started.send(sender=None, environ={})
    assert session_of(kept) != first


def test_a_good_connection_stays(kept: Any) -> None:
    first = session_of(kept)
    request_started.send(sender=None, environ={})
    assert session_of(kept) == first
