"""The relay: takes messages out of the outbox and hands them to their handlers, one relay at a time (rule R5).

On PostgreSQL a session-level advisory lock elects one relay among many workers; on SQLite there is one process.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections import defaultdict

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from foundation import failpoints, outbox
from foundation.models import OutboxMessage

log = structlog.get_logger(__name__)

RELAY_LOCK = 7_301_001
BATCH = 500
IDLE_SECONDS = 0.2
CANDIDATE_SECONDS = 1.0
BACKOFF_SECONDS = (1, 5, 30, 120, 600)


class Election:
    """Which of many processes does a work: the one whose database session holds the advisory lock.

    The lock lives as long as the session. Django may open a new session behind our back after a failure, so the
    session itself is remembered, not only that the lock was once taken. Always won on SQLite.
    """

    def __init__(self, lock: int) -> None:
        self.lock = lock
        self._session: object | None = None

    def is_won(self) -> bool:
        """Whether this process holds the lock now; tries to take it when not."""
        if connection.vendor != "postgresql":
            return True
        if self._session is not None and self._session is connection.connection:
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [self.lock])
            won = bool(cursor.fetchone()[0])
        self._session = connection.connection if won else None
        return won

    def resign(self) -> None:
        """Give the lock back and the session with it; a pooled session would otherwise keep the lock."""
        if self._session is not None and self._session is connection.connection:
            with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [self.lock])
        self._session = None
        connection.close()


def _due() -> list[OutboxMessage]:
    due = Q(not_before__isnull=True) | Q(not_before__lte=timezone.now())
    return list(OutboxMessage.objects.filter(due).order_by("id")[:BATCH])


def _postpone(messages: list[OutboxMessage], error: Exception) -> None:
    for message in messages:
        wait = BACKOFF_SECONDS[min(message.attempts, len(BACKOFF_SECONDS) - 1)]
        OutboxMessage.objects.filter(pk=message.pk).update(
            attempts=message.attempts + 1,
            error=f"{type(error).__name__}: {error}"[:500],
            not_before=timezone.now() + dt.timedelta(seconds=wait),
        )


def _groups(messages: list[OutboxMessage]) -> list[list[OutboxMessage]]:
    """What is handed over together: a topic's messages, but alone what failed twice, so that it harms no other."""
    fresh: dict[str, list[OutboxMessage]] = defaultdict(list)
    alone: list[list[OutboxMessage]] = []
    for message in messages:
        if message.attempts < 2:
            fresh[message.topic].append(message)
        else:
            alone.append([message])
    return [*fresh.values(), *alone]


def relay_once() -> int:
    """Hand on what is due; returns how many messages were done. A failing topic waits and does not stop the others.

    A message goes when its handler has returned, in one transaction with what the handler wrote: a crash in between
    means once more, never not at all.
    """
    done = 0
    for messages in _groups(_due()):
        topic = messages[0].topic
        try:
            with transaction.atomic():
                outbox.handler_of(topic)([message.payload for message in messages])
                failpoints.hit("relay.handled")
                OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).delete()
        except Exception as error:
            log.warning("outbox handler failed", topic=topic, error=str(error))
            _postpone(messages, error)
        else:
            done += len(messages)
    return done


def run_relay(stop: threading.Event) -> None:
    """Relay until told to stop; survives a lost database by waiting and trying again."""
    election = Election(RELAY_LOCK)
    while not stop.is_set():
        outbox.wake.clear()
        elected, done = False, 0
        try:
            elected = election.is_won()
            done = relay_once() if elected else 0
        except Exception as error:
            log.warning("relay interrupted", error=str(error))
            election.resign()
            stop.wait(1)
        if done == 0:
            if elected:
                outbox.wake.wait(IDLE_SECONDS)
            else:
                stop.wait(CANDIDATE_SECONDS)
    election.resign()


def outbox_age_seconds() -> float:
    """How long the oldest message that is due has waited; 0 when nothing waits."""
    oldest = OutboxMessage.objects.filter(not_before__isnull=True).order_by("id").values_list("created_at", flat=True)
    first = oldest.first()
    return max(0.0, (timezone.now() - first).total_seconds()) if first else 0.0
