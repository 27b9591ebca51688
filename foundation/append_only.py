"""Triggers that refuse UPDATE, DELETE and TRUNCATE, on both databases (rules R9 and R38).

In production the program's database role owns nothing and has INSERT and SELECT only; the triggers hold even where a
single role does everything. `purge` lifts them for one table inside one transaction, as the owner of the table:
retention only. `lifted` lifts all of them: test teardown only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from foundation.models import AppendOnlyModel

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""


def install_statements(table: str, vendor: str) -> list[str]:
    """The statements that guard one table."""
    if vendor == "postgresql":
        return [
            _POSTGRESQL_FUNCTION,
            (
                f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            ),
        ]
    return [
        f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def remove_statements(table: str, vendor: str) -> list[str]:
    """The statements that lift the guard of one table."""
    if vendor == "postgresql":
        return [f'DROP TRIGGER IF EXISTS append_only ON "{table}"']
    return [f'DROP TRIGGER IF EXISTS "{table}_no_{verb}"' for verb in ("update", "delete")]


def guarded_tables() -> list[str]:
    """Tables of every append-only model of the project."""
    return sorted(m._meta.db_table for m in apps.get_models() if issubclass(m, AppendOnlyModel))


@contextmanager
def lifted() -> Iterator[None]:
    """Lift all guards for a with-block, as the owner of the tables: retention and test teardown only."""
    vendor = connection.vendor
    with connection.cursor() as cursor:
        for table in guarded_tables():
            for statement in remove_statements(table, vendor):
                cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in guarded_tables():
                for statement in install_statements(table, vendor):
                    cursor.execute(statement)


class NotOwner(Exception):
    """The database role of this process does not own the table, so it cannot let go of guarded rows."""


def purge(rows: models.QuerySet[Any]) -> int:
    """Delete rows of one append-only table for good, in one transaction; returns how many.

    On PostgreSQL the trigger is switched off under the lock of the table, so no other session ever finds it off, and
    only the owner may: raises `NotOwner` otherwise. On SQLite the whole database is this transaction's.
    """
    if not issubclass(rows.model, AppendOnlyModel):
        raise TypeError(f"{rows.model.__name__} has no guard")
    table = rows.model._meta.db_table
    if connection.vendor == "postgresql":
        off, on = (
            [f'ALTER TABLE "{table}" DISABLE TRIGGER append_only'],
            [f'ALTER TABLE "{table}" ENABLE TRIGGER append_only'],
        )
    else:
        off, on = remove_statements(table, connection.vendor), install_statements(table, connection.vendor)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not _is_owner(table):
            raise NotOwner(table)
        for statement in off:
            cursor.execute(statement)
        count = int(rows._raw_delete(rows.db))
        for statement in on:
            cursor.execute(statement)
    return count


def _is_owner(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass", [table]
        )
        found = cursor.fetchone()
    return bool(found and found[0])


class GuardTable(Operation):
    """Migration operation: put the triggers on a table."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: object) -> None:
        """Triggers are no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: object, to_state: object
    ) -> None:
        """Install, also where a guard is left, or was lost as SQLite made the table anew for another column."""
        vendor = schema_editor.connection.vendor
        for statement in [*remove_statements(self.table, vendor), *install_statements(self.table, vendor)]:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: object, to_state: object
    ) -> None:
        """Lift."""
        for statement in remove_statements(self.table, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Refuse UPDATE and DELETE on {self.table}"
