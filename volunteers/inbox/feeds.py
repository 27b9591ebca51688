"""Where a socket process hears what is new: Redis, or its own relay, or the rows themselves.

* With Redis: one subscription a process. When it breaks, messages may be lost, so all sockets are closed with 1012;
  the phones come back and sync (rule R21). The client library must not reconnect silently.
* Pages and sockets in one process (the demo): the relay's thread hands messages over directly.
* Without Redis, sockets in a process of their own: this process looks for new rows twice a second and asks again
  for everybody's rights every second and a half. Meant for a handful of sockets on SQLite, where ids are handed out
  in the order of commits, since there is one writer at a time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio
import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from django.db.models import Max
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from foundation import line
from foundation.models import Notification
from volunteers.inbox.jobs import CHANNEL

log = structlog.get_logger(__name__)

PING_SECONDS = 3.0
DEAF_SECONDS = 8.0
POLL_SECONDS = 0.5
RECHECK_SECONDS = 1.5
Post = Callable[[dict[str, Any]], None]


class Feed:
    """Posts messages to the hub until cancelled. `ready` says whether a new socket would hear anything."""

    def __init__(self, post: Post, *, broken: Callable[[], Awaitable[None]]) -> None:
        self.post = post
        self.broken = broken
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Listen for ever."""
        raise NotImplementedError


class RedisFeed(Feed):
    """One subscription to the channel of pokes."""

    async def run(self) -> None:
        """Subscribe, listen, and start over after every break."""
        wait = 0.2
        while True:
            began = time.monotonic()
            try:
                await self._listen()
            except (RedisError, OSError, ValueError) as error:
                log.warning("the line to Redis broke", error=str(error))
            was_ready = self.ready.is_set()
            self.ready.clear()
            if was_ready:
                await self.broken()
            wait = 0.2 if time.monotonic() - began > 10 else min(5.0, wait * 2)
            await asyncio.sleep(wait)

    async def _listen(self) -> None:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0), protocol=2
        )
        try:
            async with client.pubsub() as subscription:
                await subscription.subscribe(CHANNEL)
                await self._hear(subscription)
        finally:
            await client.aclose()

    async def _hear(self, subscription: redis.asyncio.client.PubSub) -> None:
        heard = asked = time.monotonic()
        while True:
            message = await subscription.get_message(timeout=PING_SECONDS)
            moment = time.monotonic()
            if message is not None:
                heard = moment
                if message["type"] == "subscribe":
                    if self.ready.is_set():
                        raise redis.ConnectionError("subscribed anew: something may be missing")
                    self.ready.set()
                elif message["type"] == "message":
                    self.post(json.loads(message["data"]))
            if moment - heard > DEAF_SECONDS:
                raise redis.ConnectionError("Redis says nothing")
            if moment - heard >= PING_SECONDS and moment - asked >= PING_SECONDS:
                asked = moment
                await subscription.ping()


class LocalFeed(Feed):
    """The relay runs in a thread of this process."""

    async def run(self) -> None:
        """Take what the thread hands over."""
        loop = asyncio.get_running_loop()
        detach = line.attach(CHANNEL, lambda message: _hand_over(loop, self.post, message))
        self.ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ready.clear()
            detach()


def _hand_over(loop: asyncio.AbstractEventLoop, post: Post, message: dict[str, Any]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(post, message)


def _newest() -> int:
    return int(Notification.objects.aggregate(newest=Max("id"))["newest"] or 0)


def _since(known: int) -> tuple[int, dict[str, int]]:
    rows = Notification.objects.filter(id__gt=known).values("stream_key").annotate(head=Max("seq"), newest=Max("id"))
    found = list(rows)
    return max([known, *(row["newest"] for row in found)]), {row["stream_key"]: row["head"] for row in found}


class PollFeed(Feed):
    """Nobody tells us: look."""

    async def run(self) -> None:
        """Look for new rows, and have everybody's rights asked again."""
        newest = await database_sync_to_async(_newest, thread_sensitive=False)()
        self.ready.set()
        rechecked = time.monotonic()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                newest, heads = await database_sync_to_async(_since, thread_sensitive=False)(newest)
            except Exception as error:
                log.warning("could not look for news", error=str(error))
                continue
            if heads:
                self.post({"poke": heads})
            if time.monotonic() - rechecked > RECHECK_SECONDS:
                rechecked = time.monotonic()
                self.post({"revoke": {"everyone": True}})


def feed_class() -> type[Feed]:
    """The feed that fits this process."""
    if settings.REDIS_URL:
        return RedisFeed
    return PollFeed if settings.PROCESS == "live" else LocalFeed
