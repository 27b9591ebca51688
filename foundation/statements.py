"""Statements of the hottest paths, written by hand and prepared once a connection. Everything else goes through the ORM.

On PostgreSQL a prepared statement saves the planning and lets several writes share one round trip and one commit; on
SQLite the same text runs as it is, where it is written for both. A statement here is run thousands of times a minute
or it has no place here; its text stays below 4,096 characters, or psycopg would translate it anew each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from foundation.models import AuditEntry



def run(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement, in the caller's transaction or in its own, and return its rows (columns as the driver gives them)."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
    from foundation.prepared import cursor_of

    with cursor_of(connection) as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def audit_clause(made: str) -> str:
    """A clause of a WITH statement: writes an audit entry for each row of `made`. Its values: `audit_values`."""
    return (
        "INSERT INTO foundation_auditentry (actor_id, act, object_type, object_id, unit_id, request_id, address) "
        "SELECT %(audit_actor)s::bigint, %(audit_act)s, %(audit_type)s, %(audit_id)s, %(audit_unit)s::bigint, "
        f"%(audit_request)s, %(audit_address)s FROM {made}"
    )


def audit_values(entry: AuditEntry) -> dict[str, Any]:
    """The values of `audit_clause`, out of an entry made by `audit.entry` (result ok, without reason and data)."""
    return {
        "audit_actor": entry.actor_id,
        "audit_act": entry.act,
        "audit_type": entry.object_type,
        "audit_id": entry.object_id,
        "audit_unit": entry.unit_id,
        "audit_request": entry.request_id,
        "audit_address": entry.address,
    }
