"""Statements of the hottest paths, written by hand, prepared once a connection. Everything else goes through the ORM.

On PostgreSQL a prepared statement saves the planning and lets several writes share one round trip and one commit; on
SQLite the same text runs as it is, where it is written for both. A statement here is run thousands of times a minute
or it has no place here; its text stays below 4,096 characters, or psycopg would translate it anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Model

from foundation.models import AuditEntry

M = TypeVar("M", bound=Model)
Values = Mapping[str, Any] | Sequence[Any]


def run(statement: str, values: Values) -> list[tuple[Any, ...]]:
    """Run one statement, in the caller's transaction or in its own; its rows, with columns as the driver gives them."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
    from foundation.prepared import cursor_of

    with cursor_of(connection) as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


class _Shape(NamedTuple):
    """How rows of a table become objects: columns to select, their attributes, and what turns a column into a value."""

    columns: str
    names: list[str]
    converters: list[tuple[int, list[Callable[..., Any]], Any]]


@cache
def _shape(model: type[Model], without: tuple[str, ...], vendor: str) -> _Shape:
    fields = [field for field in model._meta.concrete_fields if field.attname not in without]
    table = connection.ops.quote_name(model._meta.db_table)
    columns = [field.get_col(model._meta.db_table) for field in fields]
    found = [
        (at, connection.ops.get_db_converters(c) + c.get_db_converters(connection), c) for at, c in enumerate(columns)
    ]
    return _Shape(
        ", ".join(f"{table}.{connection.ops.quote_name(str(field.column))}" for field in fields),
        [field.attname for field in fields],
        [(at, converters, column) for at, converters, column in found if converters],
    )


def fetch(
    model: type[M], rest: str, values: Values, *, more: Sequence[str] = (), without: tuple[str, ...] = ()
) -> list[tuple[M, tuple[Any, ...]]]:
    """Objects of a model, each with the columns of `more`. `rest` follows the table's name: joins, conditions. Fields
    of `without` are read when they are asked for.
    """
    shape = _shape(model, without, connection.vendor)
    columns = ", ".join([shape.columns, *more])
    found = []
    for row in run(f"SELECT {columns} FROM {model._meta.db_table} {rest}", values):  # noqa: S608 - written in the code
        given = list(row[: len(shape.names)])
        for at, converters, column in shape.converters:
            for convert in converters:
                given[at] = convert(given[at], column, connection)
        found.append((model.from_db(connection.alias, shape.names, given), row[len(shape.names) :]))
    return found


def audit_clause(made: str) -> str:
    """A clause of a WITH statement: writes an audit entry for each row of `made`. Its values: `audit_values`."""
    columns = "actor_id, act, object_type, object_id, unit_id, request_id, address"
    return (  # the only part that varies is a name from the code
        f"INSERT INTO foundation_auditentry ({columns}) "  # noqa: S608
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
