"""Streams: a notice to 13,752 leaders is one row in the stream of their district (mechanism 4, rules R19 and R20).

The number inside a stream is taken under the lock of the stream's row, as late as possible in the transaction, so a
reader that asks for what follows a number misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import connection
from django.utils import translation

from foundation import outbox
from foundation.models import Notification

POKE = "poke"
P = ParamSpec("P")
R = TypeVar("R")


def in_district_language(function: Callable[P, R]) -> Callable[P, R]:
    """For whatever writes an entry: its words are stored, so they are in the district's language, not the writer's."""

    @wraps(function)
    def worded(*args: P.args, **kwargs: P.kwargs) -> R:
        with translation.override(settings.LANGUAGE_CODE):
            return function(*args, **kwargs)

    return worded


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


def publish_to_persons(person_ids: Iterable[int], *, kind: str, payload: dict[str, Any], ref: str = "") -> int:
    """Append the same entry to many persons' streams, 500 at a time; for background work. Returns how many."""
    people = sorted(set(person_ids))
    for start in range(0, len(people), 500):
        keys = [person_key(person_id) for person_id in people[start : start + 500]]
        rows = ", ".join(["(%s, 1)"] * len(keys))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO foundation_stream (key, head) VALUES {rows} "  # noqa: S608
                "ON CONFLICT (key) DO UPDATE SET head = foundation_stream.head + 1 RETURNING key, head",
                keys,
            )
            heads: dict[str, int] = dict(cursor.fetchall())
        Notification.objects.bulk_create(
            Notification(stream_key=key, seq=head, kind=kind, payload=payload, roles=[], ref=ref)
            for key, head in heads.items()
        )
        outbox.put(POKE, heads)
    return len(people)
