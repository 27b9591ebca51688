"""Notices a lost connection to PostgreSQL at the beginning of a request, without asking the database anything.

Django's own health check sends a query at every request. A server that ended or restarted has closed its end, and the
system knows: an idle connection on which something can be read is of no more use.
"""

from __future__ import annotations

import select
from typing import Any

from django.core.signals import request_started
from django.db import connections


def _is_lost(raw: Any) -> bool:
    if raw.closed:
        return True
    waiting = select.poll()
    waiting.register(raw.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def close_lost_connections(**_signal: object) -> None:
    """Close what is lost, so that the request opens a new connection; those of a pool are the pool's business."""
    for connection in connections.all(initialized_only=True):
        raw = connection.connection
        if connection.vendor != "postgresql" or raw is None or connection.in_atomic_block:
            continue
        if not getattr(connection, "pool", None) and _is_lost(raw):
            connection.close()


def watch() -> None:
    """Look at the beginning of every request."""
    request_started.connect(close_lost_connections, dispatch_uid="close_lost_connections")
