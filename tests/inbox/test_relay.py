"""From the outbox to the phones: at least once, whoever dies in between."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from foundation import failpoints, line, outbox, periodic
from foundation.breaker import Breaker
from foundation.jobs import Election, relay_once, run_relay
from foundation.models import Notification, OutboxMessage, Stream
from foundation.streams import unit_key
from foundation.worker import Background
from tests.cast import Cast
from tests.inbox.phone import Phone
from tests.inbox.test_sync import to
from volunteers.accounts.models import User
from volunteers.inbox.jobs import CHANNEL, send_pokes, send_revocations

Login = Callable[[User], Client]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the line was given."""
    messages: list[dict[str, Any]] = []

    def keep(channel: str, message: dict[str, Any]) -> None:
        assert channel == CHANNEL
        messages.append(message)

    monkeypatch.setattr(line, "send", keep)
    return messages


@pytest.mark.django_db
def test_pokes_are_merged_to_the_highest_head(sent: list[dict[str, Any]]) -> None:
    send_pokes([{"u:1": 3}, {"u:1": 5, "u:2": 1}, {"u:1": 4}])
    send_revocations([{"persons": [3, 1]}, {"persons": [3], "users": [2]}])
    assert sent[0] == {"poke": {"u:1": 5, "u:2": 1}}
    assert sent[1] == {"revoke": {"persons": [1, 3], "users": [2], "sessions": [], "everyone": False}}


@pytest.mark.django_db
def test_a_rolled_back_publication_leaves_neither_number_nor_message(cast: Cast) -> None:
    def publish_and_fail() -> None:
        with transaction.atomic():
            to(cast.group, "never")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_and_fail()
    assert not OutboxMessage.objects.exists()
    assert not Notification.objects.exists()
    assert not Stream.objects.exists()


@pytest.mark.django_db
@pytest.mark.everywhere
def test_a_relay_that_dies_after_sending_sends_once_more(cast: Cast, sent: list[dict[str, Any]]) -> None:
    to(cast.group, "one")

    def die() -> None:
        raise SystemExit

    with failpoints.armed("relay.handled", die), pytest.raises(SystemExit):
        relay_once()
    assert OutboxMessage.objects.count() == 1
    assert relay_once() == 1
    assert sent == [{"poke": {unit_key(cast.group.pk): 1}}] * 2
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_a_failing_handler_is_tried_again_and_stops_no_other(cast: Cast, sent: list[dict[str, Any]]) -> None:
    fails = [True]

    def handle(payloads: list[dict[str, Any]]) -> None:
        if fails[0]:
            raise redis.ConnectionError("away")

    outbox._handlers["test.fails"] = handle
    try:
        outbox.put("test.fails", {"n": 1})
        to(cast.group, "one")
        assert relay_once() == 1
        (waiting,) = OutboxMessage.objects.all()
        assert (waiting.attempts, waiting.error) == (1, "ConnectionError: away")
        assert relay_once() == 0
        OutboxMessage.objects.update(not_before=timezone.now() - dt.timedelta(seconds=1))
        fails[0] = False
        assert relay_once() == 1
    finally:
        del outbox._handlers["test.fails"]


@pytest.mark.django_db
def test_one_poisoned_message_does_not_hold_up_its_topic_for_ever() -> None:
    done: list[int] = []

    def handle(payloads: list[dict[str, Any]]) -> None:
        if any(payload["n"] == 2 for payload in payloads):
            raise ValueError("cannot be done")
        done.extend(payload["n"] for payload in payloads)

    outbox._handlers["test.poison"] = handle
    try:
        for number in (1, 2, 3):
            outbox.put("test.poison", {"n": number})
        for _turn in range(3):
            relay_once()
            OutboxMessage.objects.update(not_before=None)
        assert done == [1, 3]
        assert [message.payload for message in OutboxMessage.objects.all()] == [{"n": 2}]
    finally:
        del outbox._handlers["test.poison"]


def test_an_unknown_topic_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        outbox.put("nobody.knows", {})


@pytest.mark.django_db
def test_without_redis_publishing_works_and_polling_has_everything(
    cast: Cast, client_for: Login, settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    line.publishing.mend()
    line.hinting.mend()
    phone = Phone(client_for(cast.leader))
    phone.sync()
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(50):
            to(cast.group, str(number))
    assert time.monotonic() - began < 5  # one time-out at most, not fifty
    assert relay_once() == 0
    assert OutboxMessage.objects.filter(attempts=1).count() == 50
    assert phone.sync() == [str(number) for number in range(50)]
    line.publishing.mend()
    line.hinting.mend()


def test_a_breaker_rests_and_then_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("foundation.breaker.time.monotonic", lambda: now[0])
    breaker = Breaker(5)
    assert breaker.is_open()
    breaker.trip()
    assert not breaker.is_open()
    now[0] += 5
    assert breaker.is_open()


def test_periodic_jobs_run_when_due_and_a_failing_one_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(periodic, "jobs", {})

    @periodic.every(10, name="fails")
    def fails() -> None:
        ran.append("fails")
        raise ValueError

    @periodic.every(60, name="works")
    def works() -> None:
        ran.append("works")

    for moment in (100.0, 105.0, 110.0, 161.0):
        periodic.run_due(moment)
    assert ran == ["fails", "works", "fails", "fails", "works"]
    with pytest.raises(RuntimeError):
        periodic.every(1, name="works")(fails)


@pytest.fixture
def no_wake() -> Iterator[None]:
    """Nobody has left a hint."""
    outbox.wake.clear()
    yield
    outbox.wake.clear()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_relay_at_a_time_and_the_next_takes_over(committed_cast: Cast, no_wake: None) -> None:
    election = Election(1)
    others: list[bool] = []

    def compete() -> None:
        other = Election(1)
        others.append(other.is_won())
        other.resign()

    assert election.is_won()
    run_in_thread(compete)
    with connection.cursor() as cursor:  # the session is lost behind Django's back
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    run_in_thread(lambda: terminate(pid))
    with pytest.raises(OperationalError):
        election.is_won() and connection.cursor().execute("SELECT 1")
    connection.close()
    run_in_thread(compete)
    assert others == [False, True]
    assert election.is_won()
    election.resign()


def terminate(pid: int) -> None:
    """End another session of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    connection.close()


def run_in_thread(work: Callable[[], None]) -> None:
    """With a connection of its own."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.mark.everywhere
@pytest.mark.django_db(transaction=True)
def test_a_relay_thread_hands_on_within_a_moment_and_ends_when_told(
    committed_cast: Cast, sent: list[dict[str, Any]]
) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=run_relay, args=(stop,))
    thread.start()
    try:
        to(committed_cast.group, "one")
        until = time.monotonic() + 5
        while not sent and time.monotonic() < until:
            time.sleep(0.01)
        assert sent == [{"poke": {unit_key(committed_cast.group.pk): 1}}]
    finally:
        stop.set()
        thread.join(5)
    assert not thread.is_alive()


@pytest.mark.everywhere
@pytest.mark.django_db(transaction=True)
def test_the_background_work_ends_within_its_patience(committed_cast: Cast) -> None:
    background = Background()
    background.start()
    assert background.stop(patience=10)
