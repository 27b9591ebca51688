"""The live line under faults: Redis away, Redis restarted empty, a relay killed (faults F12, F13, F14, F16)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import redis
from django.conf import settings
from django.test import Client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from foundation import line
from foundation.models import OutboxMessage
from foundation.streams import unit_key
from ops.services_local import LocalRedis, NoService
from tests.cast import Cast
from tests.inbox.phone import Phone
from tests.inbox.servers import Program, Server, close_code, heard_until
from tests.inbox.test_sync import to
from tests.services import leave_out
from volunteers.accounts.models import User

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Login = Callable[[User], Client]


class MortalRedis(LocalRedis):
    """Can be killed and come back, empty, at the same port."""

    def kill(self) -> None:
        """Without a word."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def revive(self) -> None:
        """As after a restart without persistence."""
        assert self._folder is not None
        self._start([self.binary, str(self._folder / "redis.conf")])
        self._wait(self.answers)

    @property
    def binary(self) -> str:
        """The server's program."""
        from ops.services_local import redis_binary

        return redis_binary()


@pytest.fixture
def mortal() -> Iterator[MortalRedis]:
    """A Redis of this test's own."""
    server = MortalRedis()
    try:
        server.start()
    except NoService as missing:
        leave_out(str(missing))
    yield server
    server.stop()


@pytest.fixture
def on_mortal(mortal: MortalRedis, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, Program, MortalRedis]]:
    """A socket process and a worker on that Redis; the test's own process publishes through it, too."""
    monkeypatch.setattr(settings, "REDIS_URL", mortal.url)
    line.hinting.mend()
    worker = Program(["manage.py", "run_worker"], PROCESS="worker")
    try:
        server = Server("config.live:application", PROCESS="live")
        try:
            yield server, worker, mortal
        finally:
            server.stop()
    finally:
        worker.stop()


def opened(server: Server, client: Client, seconds: float = 15.0) -> ClientConnection:
    """A socket as soon as the server takes one again."""
    until = time.monotonic() + seconds
    while True:
        try:
            return server.socket(client)
        except InvalidStatus:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_redis_killed_and_back_closes_the_sockets_and_loses_nothing(
    committed_cast: Cast, on_mortal: tuple[Server, Program, MortalRedis], client_for: Login
) -> None:
    server, _worker, mortal = on_mortal
    client = client_for(committed_cast.leader)
    stream = unit_key(committed_cast.group.pk)
    phone = Phone(client)
    phone.sync()
    with server.socket(client) as socket:
        to(committed_cast.group, "one")
        assert heard_until(socket, stream, 1)
        mortal.kill()
        assert close_code(socket, 5) == 1012
    began = time.monotonic()
    to(committed_cast.group, "while away")
    assert time.monotonic() - began < 2
    assert phone.sync() == ["one", "while away"]
    with pytest.raises(InvalidStatus):
        server.socket(client)
    mortal.revive()
    with opened(server, client) as socket:
        assert heard_until(socket, stream, 2)
        line.hinting.mend()
        to(committed_cast.group, "back")
        assert heard_until(socket, stream, 3)
    assert phone.sync() == ["back"]


def test_a_subscription_that_breaks_is_never_renewed_in_silence(
    committed_cast: Cast, on_mortal: tuple[Server, Program, MortalRedis], client_for: Login
) -> None:
    server, _worker, mortal = on_mortal
    client = client_for(committed_cast.leader)
    with server.socket(client) as socket:
        to(committed_cast.group, "one")
        assert heard_until(socket, unit_key(committed_cast.group.pk), 1)
        redis.Redis.from_url(mortal.url).client_kill_filter(_type="pubsub")
        assert close_code(socket, 5) == 1012


def test_a_paused_redis_does_not_hold_up_a_publication(
    committed_cast: Cast, on_mortal: tuple[Server, Program, MortalRedis], client_for: Login
) -> None:
    server, _worker, mortal = on_mortal
    client = client_for(committed_cast.leader)
    redis.Redis.from_url(mortal.url).client_pause(4_000)
    began = time.monotonic()
    for number in range(20):
        to(committed_cast.group, str(number))
    assert time.monotonic() - began < 2.5
    with server.socket(client) as socket:
        assert heard_until(socket, unit_key(committed_cast.group.pk), 20, 3)


def test_a_killed_worker_is_followed_by_the_next_and_everything_is_still_sent(
    committed_cast: Cast, client_for: Login
) -> None:
    client = client_for(committed_cast.leader)
    stream = unit_key(committed_cast.group.pk)
    first = Program(["manage.py", "run_worker"], PROCESS="worker")
    server = Server("config.live:application", PROCESS="live")
    second: Program | None = None
    try:
        with server.socket(client) as socket:
            to(committed_cast.group, "one")
            assert heard_until(socket, stream, 1, 20)
            first.kill()
            for number in range(2, 11):
                to(committed_cast.group, str(number))
            assert OutboxMessage.objects.count() >= 9  # the first may be sent and not yet deleted: at least once
            second = Program(["manage.py", "run_worker"], PROCESS="worker")
            assert heard_until(socket, stream, 10, 20)
        until = time.monotonic() + 5
        while OutboxMessage.objects.exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert not OutboxMessage.objects.exists()
    finally:
        server.stop()
        first.stop()
        if second is not None:
            second.stop()
