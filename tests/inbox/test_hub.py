"""How a poke reaches many sockets, and what a slow one costs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from volunteers.inbox.gate import Admission, Batcher
from volunteers.inbox.hub import RESTART, SIGNED_OUT, SOCKETS_A_USER, Hub, Socket
from volunteers.inbox.station import LIFE_SECONDS, SILENT_SECONDS, Station


class Wire:
    """What a phone has received; `hold` makes it a phone that takes nothing."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def send(self, event: dict[str, Any]) -> None:
        """As uvicorn's: returns at once unless the phone's buffer is full."""
        await self.free.wait()
        self.frames.append(event)

    @property
    def pokes(self) -> list[dict[str, int]]:
        """The pokes among the frames."""
        return [json.loads(frame["text"])["poke"] for frame in self.frames if frame["type"] == "websocket.send"]

    @property
    def code(self) -> int | None:
        """With which code it was closed."""
        return next((frame["code"] for frame in self.frames if frame["type"] == "websocket.close"), None)


def joined(hub: Hub, user_id: int, *streams: str) -> tuple[Socket, Wire]:
    """An accepted socket of a user."""
    wire = Wire()
    socket = Socket(wire.send, f"mark-{user_id}", user_id, user_id, frozenset(streams), f"key-{user_id}")
    assert hub.join(socket)
    socket.greet({})
    return socket, wire


async def test_a_poke_reaches_those_of_the_stream_and_tells_them_nothing_else() -> None:
    hub = Hub()
    _, a = joined(hub, 1, "u:1", "p:1")
    _, b = joined(hub, 2, "u:1", "p:2")
    _, c = joined(hub, 3, "u:9")
    assert await hub.dispatch({"u:1": 4, "p:1": 7, "p:77": 1}) == 2
    assert (a.pokes, b.pokes, c.pokes) == ([{"u:1": 4, "p:1": 7}], [{"u:1": 4}], [])


async def test_nothing_is_sent_before_the_socket_is_accepted_and_nothing_is_lost() -> None:
    hub, wire = Hub(), Wire()
    socket = Socket(wire.send, "m", 1, 1, frozenset({"u:1", "u:2"}))
    hub.join(socket)
    await hub.dispatch({"u:1": 5})
    assert wire.frames == []
    socket.greet({"u:1": 4, "u:2": 9})
    assert wire.pokes == [{"u:1": 5, "u:2": 9}]


async def test_a_slow_phone_holds_one_dictionary_and_nobody_else_waits() -> None:
    hub = Hub()
    slow, slow_wire = joined(hub, 1, "u:1", "u:2")
    _, quick = joined(hub, 2, "u:1", "u:2")
    slow_wire.free.clear()
    for head in range(1, 2001):
        await hub.dispatch({"u:1": head})
    await hub.dispatch({"u:2": 3})
    assert len(quick.pokes) == 2001
    assert slow_wire.frames == []
    assert slow.pending == {"u:1": 2000, "u:2": 3}
    slow_wire.free.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    assert slow_wire.pokes == [{"u:1": 1}, {"u:1": 2000, "u:2": 3}]


async def test_a_phone_that_takes_nothing_at_all_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("volunteers.inbox.hub.SEND_SECONDS", 0.01)
    hub = Hub()
    socket, wire = joined(hub, 1, "u:1")
    wire.free.clear()
    await hub.dispatch({"u:1": 1})
    assert socket.rest is not None
    await socket.rest
    assert socket.is_closed


async def test_a_sixth_socket_of_one_person_is_refused() -> None:
    hub = Hub()
    sockets = [joined(hub, 1, "u:1")[0] for _ in range(SOCKETS_A_USER)]
    assert not hub.join(Socket(Wire().send, "m", 1, 1, frozenset()))
    hub.leave(sockets[0])
    assert hub.join(Socket(Wire().send, "m", 1, 1, frozenset()))
    for socket in list(hub.sockets):
        hub.leave(socket)
        hub.leave(socket)
    assert not hub.sockets | hub.by_stream.keys() | hub.by_user.keys()


async def test_messages_that_come_faster_than_they_go_are_merged() -> None:
    hub = Hub()
    _, wire = joined(hub, 1, "u:1")
    for head in (3, 9, 5):
        hub.post({"poke": {"u:1": head}})

    async def nobody(_sockets: list[Socket]) -> None:
        raise AssertionError

    task = asyncio.create_task(hub.run(nobody))
    await asyncio.sleep(0.01)
    task.cancel()
    assert wire.pokes == [{"u:1": 9}]


async def test_who_cannot_be_asked_about_is_sent_away() -> None:
    hub = Hub()
    _, doubtful = joined(hub, 1, "u:1")
    _, trusted = joined(hub, 2, "u:1")
    _, gone = joined(hub, 3, "u:1")

    async def away(_sockets: list[Socket]) -> None:
        raise OSError("database away")

    task = asyncio.create_task(hub.run(away))
    hub.post({"revoke": {"persons": [1], "sessions": ["mark-3"]}})
    await asyncio.sleep(0.01)
    task.cancel()
    assert (doubtful.code, trusted.code, gone.code) == (RESTART, None, SIGNED_OUT)


async def test_silent_and_old_sockets_are_closed() -> None:
    station = Station()
    silent, silent_wire = joined(station.hub, 1)
    old, old_wire = joined(station.hub, 2)
    _, fine = joined(station.hub, 3)
    moment = max(silent.heard_at, old.heard_at)
    silent.heard_at -= SILENT_SECONDS + 1
    old.opened_at -= LIFE_SECONDS + 1
    station.close_stale(moment)
    assert (silent_wire.code, old_wire.code, fine.code) == (RESTART, RESTART, None)


async def test_rights_that_change_during_the_handshake_are_asked_for_again() -> None:
    station = Station()
    asked: list[str] = []

    async def get(key: str) -> Admission:
        asked.append(key)
        if len(asked) == 1:
            station.hub.post({"revoke": {"persons": [1]}})
        return Admission(user_id=len(asked), person_id=None, streams=frozenset())

    station.gate.get = get  # type: ignore[method-assign]
    admission = await station.admit("key")
    assert admission is not None
    assert admission.user_id == 2


async def test_many_questions_go_together_and_a_failure_reaches_everybody_who_asked() -> None:
    sizes: list[int] = []

    def ask(keys: list[int]) -> dict[int, int]:
        sizes.append(len(keys))
        if 13 in keys:
            raise OSError("away")
        return {key: key * 2 for key in keys if key % 2}

    batcher: Batcher[int, int] = Batcher(ask, most=40)
    answers = await asyncio.gather(*(batcher.get(key) for key in (*range(20, 100), 1, 1)))
    assert answers[0] is None
    assert answers[1] == 42
    assert answers[-2:] == [2, 2]
    assert sizes == [40, 40, 1]
    failed = await asyncio.gather(batcher.get(13), batcher.get(15), return_exceptions=True)
    assert [type(answer) for answer in failed] == [OSError, OSError]
    assert await batcher.get(15) == 30
