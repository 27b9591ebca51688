"""The relay: takes messages out of the outbox and hands them to their handlers, one relay at a time (rule R5).

On PostgreSQL a session-level advisory lock elects one relay among many workers; on SQLite there is one process.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from typing import Any

import structlog
from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from foundation import outbox
from foundation.models import OutboxMessage

log = structlog.get_logger(__name__)

RELAY_LOCK = 7_301_001
BATCH = 500
IDLE_SECONDS = 0.2
BACKOFF_SECONDS = (1, 5, 30, 120, 600)


def try_become_relay() -> bool:
    """Take the advisory lock for this connection's life; always true on SQLite."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [RELAY_LOCK])
        return bool(cursor.fetchone()[0])


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


def relay_once() -> int:
    """Hand on what is due; returns how many messages were done. A failing topic waits and does not stop the others."""
    by_topic: dict[str, list[OutboxMessage]] = defaultdict(list)
    for message in _due():
        by_topic[message.topic].append(message)
    done = 0
    for topic, messages in by_topic.items():
        payloads: list[dict[str, Any]] = [m.payload for m in messages]
        try:
            with transaction.atomic():
                outbox.handler_of(topic)(payloads)
                OutboxMessage.objects.filter(pk__in=[m.pk for m in messages]).delete()
        except Exception as error:
            log.warning("outbox handler failed", topic=topic, error=str(error))
            _postpone(messages, error)
        else:
            done += len(messages)
    return done


def run_relay(stop: threading.Event) -> None:
    """Relay until told to stop; survives a lost database by waiting and trying again."""
    elected = False
    while not stop.is_set():
        outbox.wake.clear()
        try:
            if not elected:
                elected = try_become_relay()
            done = relay_once() if elected else 0
        except Exception as error:
            log.warning("relay interrupted", error=str(error))
            elected, done = False, 0
            connection.close()
            stop.wait(1)
        if done == 0:
            outbox.wake.wait(IDLE_SECONDS if elected else 2)
    close_old_connections()


def outbox_age_seconds() -> float:
    """How long the oldest message that is due has waited; 0 when nothing waits."""
    oldest = OutboxMessage.objects.filter(not_before__isnull=True).order_by("id").values_list("created_at", flat=True)
    first = oldest.first()
    return max(0.0, (timezone.now() - first).total_seconds()) if first else 0.0
