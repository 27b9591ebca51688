"""What time it is. The database's clock decides windows, so that many processes agree (rule R6)."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone


def now() -> dt.datetime:
    """The current instant, aware: PostgreSQL's own clock, or the machine's on SQLite (same machine)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
    return timezone.now()


def today() -> dt.date:
    """The current date where the district is (Asia/Shanghai)."""
    return timezone.localdate()
