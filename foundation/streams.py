"""Streams: a notice to 13,752 leaders is one row in the stream of their district (mechanism 4, rules R19 and R20).

The number inside a stream is taken under the lock of the stream's row, as late as possible in the transaction, so a
reader that asks for what follows a number misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from foundation import outbox
from foundation.models import Notification

POKE = "poke"


def unit_key(unit_id: int) -> str:
    """The stream of a unit: reaches everybody there and below."""
    return f"u:{unit_id}"


def person_key(person_id: int) -> str:
    """The stream of one person."""
    return f"p:{person_id}"


def publish(
    stream_key: str, *, kind: str, payload: dict[str, Any], roles: Iterable[str] = (), ref: str = ""
) -> Notification:
    """Append one entry inside the caller's transaction; a poke leaves after the commit.

    `payload` is ready for display: title, body, url, icon. No roles means everybody in reach of the stream.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO foundation_stream (key, head) VALUES (%s, 1) "
            "ON CONFLICT (key) DO UPDATE SET head = foundation_stream.head + 1 RETURNING head",
            [stream_key],
        )
        seq = cursor.fetchone()[0]
    notification = Notification(
        stream_key=stream_key, seq=seq, kind=kind, payload=payload, roles=sorted(roles), ref=ref
    )
    notification.save(force_insert=True)
    outbox.put(POKE, {stream_key: seq})
    return notification
