"""psycopg's own prepared statements below Django's cursor. Imported on PostgreSQL only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.db.backends.postgresql.base import ServerBindingCursor  # type: ignore[attr-defined]
from django.db.backends.utils import CursorWrapper

PREPARE_AFTER = 5


class _PreparedCursor(ServerBindingCursor):
    """Prepares at the first use. Values travel beside the statement, never inside it."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        """As the parent, prepared."""
        result = super().execute(query, params, prepare=True)
        self._query = SimpleNamespace(query=query.encode())  # what Django's log of queries shows
        return result


def cursor_of(connection: Any) -> CursorWrapper:
    """A cursor of Django's connection, in its transaction, with its checks and its log of queries."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:
        # Django turns preparation off; its own cursors bind in the client and take no notice of this.
        raw.prepare_threshold = PREPARE_AFTER
    wrapped: CursorWrapper = connection._prepare_cursor(_PreparedCursor(raw))
    return wrapped
