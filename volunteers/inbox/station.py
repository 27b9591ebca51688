"""The live line of one process: hub, gate and feed, opened with the server and closed with it."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import time
from collections.abc import Coroutine
from typing import Any

import structlog
from channels.db import database_sync_to_async
from django.utils import timezone

from volunteers.inbox.feeds import Feed, feed_class
from volunteers.inbox.gate import BATCH, Admission, Batcher, admissions, heads_of_many
from volunteers.inbox.hub import RESTART, SIGNED_OUT, Hub, Socket

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
SILENT_SECONDS = 80.0
"""Three heartbeats of 25 seconds missed: the phone sleeps or the line is half open."""
LIFE_SECONDS = 12 * 3600.0
RECHECK_SECONDS = 300.0
DRAIN_A_SECOND = 1_500
LONGEST_DRAIN_SECONDS = 5.0


class Station:
    """One a process. Opens itself at the first socket where the server has no lifespan."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.is_closing = False
        self.gate: Batcher[str, Admission] = Batcher(admissions)
        self.heads: Batcher[frozenset[str], dict[str, int]] = Batcher(heads_of_many)
        self.feed: Feed | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Begin to listen and to look after the sockets; does nothing when open already in this loop."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._loop = loop
        self.hub = Hub()
        self.is_closing = False
        self.feed = feed_class()(self.hub.post, broken=self._restart_all)
        works: list[Coroutine[Any, Any, None]] = [self.feed.run(), self.hub.run(self.recheck), self._look_after()]
        self._tasks = [loop.create_task(work) for work in works]

    async def close(self) -> None:
        """Stop listening and close what is open."""
        self.is_closing = True
        await self.hub.close_all(RESTART)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._loop = [], None

    async def drain(self) -> None:
        """The process is about to end: take no new sockets and send the old ones away one after another."""
        self.is_closing = True
        spread = min(LONGEST_DRAIN_SECONDS, len(self.hub.sockets) / DRAIN_A_SECOND)
        await self.hub.close_all(RESTART, spread_seconds=spread)

    async def is_listening(self, patience: float = 2.0) -> bool:
        """Whether a new socket would hear anything; waits a moment after a start."""
        self.open()
        if self.is_closing or self.feed is None:
            return False
        if not self.feed.ready.is_set():
            try:
                await asyncio.wait_for(self.feed.ready.wait(), patience)
            except TimeoutError:
                return False
        return not self.is_closing

    async def admit(self, session_key: str) -> Admission | None:
        """What the session may hear; asked again when somebody's rights changed in the meantime."""
        for _attempt in range(5):
            known = self.hub.revocations
            admission = await self.gate.get(session_key)
            if admission is None or self.hub.revocations == known:
                return admission
        return None

    async def recheck(self, sockets: list[Socket]) -> None:
        """Ask for the rights of these again: a lost session closes with 4401, other streams with 1012 to come anew."""
        ask = database_sync_to_async(admissions, thread_sensitive=False)
        for start in range(0, len(sockets), BATCH):
            part = sockets[start : start + BATCH]
            valid = await ask([socket.session_key for socket in part])
            for socket in part:
                admission = valid.get(socket.session_key)
                if admission is None:
                    socket.close(SIGNED_OUT)
                elif admission.streams != socket.streams:
                    socket.close(RESTART)

    async def _restart_all(self) -> None:
        await self.hub.close_all(RESTART, spread_seconds=min(2.0, len(self.hub.sockets) / DRAIN_A_SECOND))

    async def _look_after(self) -> None:
        """Close the silent and the old; ask for all rights again every five minutes and when the day changes."""
        asked, day = time.monotonic(), timezone.localdate()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.close_stale(time.monotonic())
            today: dt.date = timezone.localdate()
            if today != day or time.monotonic() - asked > RECHECK_SECONDS:
                asked, day = time.monotonic(), today
                self.hub.post({"revoke": {"everyone": True}})

    def close_stale(self, moment: float) -> None:
        """Close sockets that were silent for three heartbeats, or are open for twelve hours."""
        for socket in list(self.hub.sockets):
            if moment - socket.heard_at > SILENT_SECONDS or moment - socket.opened_at > LIFE_SECONDS:
                socket.close(RESTART)


def settle_memory() -> None:
    """Let the collector look at the program itself never again, at the sockets seldom: it was 70 % of a broadcast."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
