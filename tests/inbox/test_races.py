"""Many publish at once on a real PostgreSQL while a phone polls: no gap, no repeat, no wrong order (lesson 1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client

from foundation.models import Notification
from foundation.streams import publish, unit_key
from tests.cast import Cast
from tests.inbox.phone import Phone
from volunteers.accounts.models import User

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WRITERS, EACH = 4, 400


def publish_many(streams: list[str], number: int, barrier: threading.Barrier) -> None:
    """One writer: real commits, a little work between taking the number and the commit."""
    barrier.wait()
    for turn in range(EACH):
        with transaction.atomic():
            publish(streams[(turn + number) % len(streams)], kind="notice", payload={"title": f"{number}-{turn}"})
            if turn % 50 == 0:
                time.sleep(0.002)  # an open transaction that others have to wait for
    connection.close()


def test_a_polling_phone_misses_nothing_of_four_concurrent_writers(
    committed_cast: Cast, client_for: Callable[[User], Client]
) -> None:
    cast = committed_cast
    streams = [unit_key(cast.district.pk), unit_key(cast.group.pk), unit_key(cast.neighbourhood.pk)]
    phone = Phone(client_for(cast.leader))
    phone.sync()
    barrier = threading.Barrier(WRITERS + 1)
    threads = [threading.Thread(target=publish_many, args=(streams, number, barrier)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    barrier.wait()
    while any(thread.is_alive() for thread in threads):
        phone.take(phone.ask())
    for thread in threads:
        thread.join()
    phone.sync()
    assert phone.resets == []
    assert len(phone.shown) == WRITERS * EACH
    for stream in streams:
        assert phone.seen(stream) == list(range(1, len(phone.seen(stream)) + 1))


def test_inside_a_stream_ids_rise_with_the_numbers(committed_cast: Cast) -> None:
    stream = unit_key(committed_cast.district.pk)
    barrier = threading.Barrier(WRITERS)
    threads = [threading.Thread(target=publish_many, args=([stream], n, barrier)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = list(Notification.objects.order_by("id").values_list("seq", flat=True))
    assert numbers == list(range(1, WRITERS * EACH + 1))
