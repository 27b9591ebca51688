"""The sockets of this process and how a poke reaches them: one message in, thousands of ready-made frames out.

A local loop over local sockets, fed by one subscription a process, is some fifty times faster than a `group_send` to
13,752 channels. A poke says only how far a stream has come, so whatever a phone has not yet taken is merged: a slow
phone holds one small dictionary, never a queue.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog

log = structlog.get_logger(__name__)

SLICE = 250
SEND_SECONDS = 20.0
SOCKETS_A_USER = 5
RESTART = 1012
SIGNED_OUT = 4401

Send = Callable[[dict[str, Any]], Awaitable[None]]
Heads = dict[str, int]


def poke_text(heads: Heads) -> str:
    """The one frame that the server sends by itself."""
    return json.dumps({"poke": heads}, separators=(",", ":"))


class _Rest:
    """The rest of a coroutine that was begun by hand and has yielded once."""

    def __init__(self, coroutine: Any, first: Any) -> None:
        self._coroutine, self._first = coroutine, first

    def __await__(self) -> Generator[Any, Any, None]:
        waiting = self._first
        while True:
            error: BaseException | None = None
            try:
                yield waiting
            except BaseException as raised:
                error = raised
            try:
                waiting = self._coroutine.send(None) if error is None else self._coroutine.throw(error)
            except StopIteration:
                return


@dataclass(eq=False, slots=True)
class Socket:
    """One open socket. Begins busy, so that nothing is sent before it is accepted: see `greet`."""

    send: Send
    session: str
    user_id: int
    person_id: int | None
    streams: frozenset[str]
    session_key: str = field(repr=False, default="")
    opened_at: float = field(default_factory=time.monotonic)
    heard_at: float = field(default_factory=time.monotonic)
    pending: Heads = field(default_factory=dict)
    is_busy: bool = True
    is_closed: bool = False
    rest: asyncio.Task[None] | None = None

    def poke(self, text: str, heads: Heads) -> None:
        """Send a ready-made text; while an earlier one is still under way, only remember how far the streams are."""
        if self.is_busy:
            for stream, head in heads.items():
                self.pending[stream] = max(head, self.pending.get(stream, 0))
        else:
            self._begin({"type": "websocket.send", "text": text})

    def greet(self, heads: Heads) -> None:
        """The socket is accepted: say how far its streams are, with whatever was poked meanwhile."""
        self.is_busy = False
        for stream, head in heads.items():
            self.pending[stream] = max(head, self.pending.get(stream, 0))
        self._flush()

    def close(self, code: int) -> None:
        """Close from our side; once is enough."""
        if self.is_closed:
            return
        self.is_closed = True
        if self.is_busy and self.rest is not None:
            self.rest.cancel()  # it has not taken the last frame, it will not take this one either
        self._begin({"type": "websocket.close", "code": code})

    def _flush(self) -> None:
        if self.pending and not self.is_closed:
            heads, self.pending = self.pending, {}
            self._begin({"type": "websocket.send", "text": poke_text(heads)})

    def _begin(self, event: dict[str, Any]) -> None:
        """Run `send` as far as it goes at once, which is to the end unless the phone is slow: no task, no switch."""
        coroutine: Any = self.send(event)
        try:
            waiting = coroutine.send(None)
        except StopIteration:
            return
        except Exception:
            self.is_closed = True  # gone; its consumer hears so too
            return
        self.is_busy = True
        self.rest = asyncio.ensure_future(self._finish(_Rest(coroutine, waiting)))

    async def _finish(self, rest: _Rest) -> None:
        try:
            await asyncio.wait_for(_awaited(rest), SEND_SECONDS)
        except Exception as error:
            log.info("socket does not take its frames", error=type(error).__name__)
            self.is_closed = True
            return
        self.is_busy, self.rest = False, None
        self._flush()


async def _awaited(rest: _Rest) -> None:
    await rest


class Hub:
    """Which socket hears which stream. Everything here runs in the event loop."""

    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self.by_stream: dict[str, set[Socket]] = defaultdict(set)
        self.by_user: dict[int, set[Socket]] = defaultdict(set)
        self.revocations = 0
        self._heads: Heads = {}
        self._revoked: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    def join(self, socket: Socket) -> bool:
        """Take a socket in; False when its user already has five in this process."""
        if len(self.by_user.get(socket.user_id, ())) >= SOCKETS_A_USER:
            return False
        self.sockets.add(socket)
        self.by_user[socket.user_id].add(socket)
        for stream in socket.streams:
            self.by_stream[stream].add(socket)
        return True

    def leave(self, socket: Socket) -> None:
        """Forget a socket; twice does nothing."""
        socket.is_closed = True
        self.sockets.discard(socket)
        _drop(self.by_user, socket.user_id, socket)
        for stream in socket.streams:
            _drop(self.by_stream, stream, socket)

    def post(self, message: dict[str, Any]) -> None:
        """Take a message of the line; `run` sends it on. What comes faster than it goes is merged."""
        for stream, head in message.get("poke", {}).items():
            self._heads[stream] = max(head, self._heads.get(stream, 0))
        if revoked := message.get("revoke"):
            self.revocations += 1
            self._revoked.append(revoked)
        self._news.set()

    async def run(self, recheck: Callable[[list[Socket]], Awaitable[None]]) -> None:
        """Send on what was posted, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            revoked, self._revoked = self._revoked, []
            heads, self._heads = self._heads, {}
            for message in revoked:
                await self._revoke(message, recheck)
            await self.dispatch(heads)

    async def dispatch(self, heads: Heads) -> int:
        """Poke everybody concerned, each once; returns how many. Text is made once for each combination of streams."""
        concerned = [(stream, self.by_stream[stream]) for stream in heads if stream in self.by_stream]
        if len(concerned) == 1:
            stream, sockets = concerned[0]
            return await self._send_to({(stream,): list(sockets)}, heads)
        streams_of: dict[Socket, list[str]] = defaultdict(list)
        for stream, sockets in concerned:
            for socket in sockets:
                streams_of[socket].append(stream)
        groups: dict[tuple[str, ...], list[Socket]] = defaultdict(list)
        for socket, streams in streams_of.items():
            groups[tuple(streams)].append(socket)
        return await self._send_to(groups, heads)

    async def _send_to(self, groups: dict[tuple[str, ...], list[Socket]], heads: Heads) -> int:
        count = 0
        for streams, sockets in groups.items():
            mine = {stream: heads[stream] for stream in streams}
            text = poke_text(mine)
            for socket in sockets:
                if not socket.is_closed:
                    socket.poke(text, mine)
                count += 1
                if count % SLICE == 0:
                    await asyncio.sleep(0)
        return count

    async def _revoke(self, message: dict[str, Any], recheck: Callable[[list[Socket]], Awaitable[None]]) -> None:
        sessions, users = set(message.get("sessions", ())), set(message.get("users", ()))
        persons, everyone = set(message.get("persons", ())), bool(message.get("everyone"))
        doubtful = []
        for socket in list(self.sockets):
            if socket.session in sessions:
                socket.close(SIGNED_OUT)
            elif everyone or socket.user_id in users or socket.person_id in persons:
                doubtful.append(socket)
        if doubtful:
            try:
                await recheck(doubtful)
            except Exception as error:
                # Who cannot be asked about is not trusted: the phone comes back and is asked again.
                log.warning("rights could not be asked for", error=str(error))
                await self.close_all(RESTART, doubtful)

    async def close_all(self, code: int, sockets: Iterable[Socket] | None = None, *, spread_seconds: float = 0) -> None:
        """Close all or some, evenly over a time, so that they do not all come back in the same moment (fault F20)."""
        chosen = list(self.sockets if sockets is None else sockets)
        for number, socket in enumerate(chosen, 1):
            socket.close(code)
            if spread_seconds:
                await asyncio.sleep(spread_seconds / len(chosen))
            elif number % SLICE == 0:
                await asyncio.sleep(0)


def _drop(sets: dict[Any, set[Socket]], key: Any, socket: Socket) -> None:
    if found := sets.get(key):
        found.discard(socket)
        if not found:
            del sets[key]
