"""The outbox: what must happen after a commit is a row of that commit; a relay does it at least once (rule R5).

Handlers are idempotent and are registered by the apps that know what to do. Pokes of the live line are merged and
handed on as one message; see `relay`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import transaction

from foundation.models import OutboxMessage

Handler = Callable[[list[dict[str, Any]]], None]

_handlers: dict[str, Handler] = {}
wake = threading.Event()
"""Set after a commit that left something in the outbox; a relay in the same process need not wait for its next look."""

_remote_wakers: list[Callable[[], None]] = []


def handler(topic: str) -> Callable[[Handler], Handler]:
    """Register the one handler of a topic. It gets a list of payloads, oldest first, and may see one twice."""

    def register(function: Handler) -> Handler:
        if _handlers.setdefault(topic, function) is not function:
            raise RuntimeError(f"topic {topic} has two handlers")
        return function

    return register


def handler_of(topic: str) -> Handler:
    """The handler of a topic; an unknown topic raises KeyError."""
    return _handlers[topic]


def on_wake(function: Callable[[], None]) -> None:
    """Add a hint that reaches a relay in another process (Redis); it may be lost without harm."""
    _remote_wakers.append(function)


def put(topic: str, payload: dict[str, Any]) -> None:
    """Leave a message in the caller's transaction."""
    if topic not in _handlers:
        raise KeyError(f"no handler for topic {topic}")
    OutboxMessage(topic=topic, payload=payload).save(force_insert=True)
    transaction.on_commit(hint)


def hint() -> None:
    """Tell relays to look now rather than at their next turn."""
    wake.set()
    for function in _remote_wakers:
        function()
