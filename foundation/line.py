"""Short messages between processes, over Redis or inside one process. Nothing here is a promise: rows are the truth.

Without Redis a message reaches only the process it was sent in (the demo). With Redis every call is capped at half a
second, and after a failure none is tried for a while, so that an absent Redis never slows a request (faults F12-F15).
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable
from typing import Any

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundation import outbox
from foundation.breaker import Breaker

log = structlog.get_logger(__name__)

CAP_SECONDS = 0.5
HINTS = "outbox"
REVOKE = "revoke"
"""Topic of the outbox: `{"persons": [...], "users": [...], "sessions": [...]}` whose rights or sign-in have changed.

Put in the transaction that ends or changes an appointment, raises an `auth_epoch` or ends a session (named by its
mark, see `accounts.devices`); `{"everyone": True}` after an import. Their sockets are asked within two seconds."""
Receiver = Callable[[dict[str, Any]], None]

_receivers: dict[str, list[Receiver]] = {}


publishing = Breaker(1.0)
hinting = Breaker(5.0)
just_hinted = Breaker(0.005)


def no_retry() -> Retry:
    """Our callers know better than the client what to do when Redis does not answer."""
    return Retry(NoBackoff(), 0)


@functools.cache
def client_of(url: str) -> redis.Redis:
    """The process's Redis client for short messages. Never retries by itself."""
    return redis.Redis.from_url(url, socket_timeout=CAP_SECONDS, socket_connect_timeout=CAP_SECONDS, retry=no_retry())


def client() -> redis.Redis:
    """The client of the Redis in the settings."""
    return client_of(settings.REDIS_URL)


def attach(channel: str, receiver: Receiver) -> Callable[[], None]:
    """Receive what this process sends on a channel when there is no Redis; returns how to stop that."""
    _receivers.setdefault(channel, []).append(receiver)
    return lambda: _receivers[channel].remove(receiver)


def send(channel: str, message: dict[str, Any]) -> None:
    """Send to every process that listens. Raises `redis.RedisError` when Redis is away: the outbox tries again."""
    if not settings.REDIS_URL:
        for receiver in list(_receivers.get(channel, ())):
            receiver(message)
        return
    if not publishing.is_open():
        raise redis.ConnectionError("Redis was away a moment ago")
    try:
        client().publish(channel, json.dumps(message, separators=(",", ":")))
    except redis.RedisError:
        publishing.trip()
        raise


def hint() -> None:
    """Tell the relay of another process to look at the outbox now. Never raises; losing it costs 0.2 s."""
    if not settings.REDIS_URL or not hinting.is_open() or not just_hinted.is_open():
        return
    just_hinted.trip()
    try:
        client().publish(HINTS, "1")
    except redis.RedisError as error:
        hinting.trip()
        log.warning("no hint to the relay", error=type(error).__name__)


def listen_for_hints(stop: threading.Event) -> None:
    """Wake this process's relay whenever another process leaves something in the outbox, until told to stop."""
    while not stop.is_set():
        try:
            with client().pubsub(ignore_subscribe_messages=True) as subscription:
                subscription.subscribe(HINTS)
                while not stop.is_set():
                    if subscription.get_message(timeout=1):
                        outbox.wake.set()
        except (redis.RedisError, OSError):
            stop.wait(1)
