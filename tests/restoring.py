"""After a test that commits, put every table back as the migrations left it, and touch only what has changed.

A pytest plugin that takes the place of Django's `flush`, which empties some two hundred tables and then saves a
thousand rows of permissions one by one: for each of these tests a second or more. Guards of append-only tables and
foreign keys are let go of for the length of it, as the owner of a test database may.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.core.management.commands.flush import Command as FlushCommand
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from foundation.append_only import guarded_tables, install_statements, remove_statements
from tests.schema import uses_the_database

Rows = list[tuple[Any, ...]]
_kept: dict[str, Rows] = {}


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def filled_tables() -> list[str]:
    """Tables that have rows. One query, in pieces that SQLite takes."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    found: list[str] = []
    with connection.cursor() as cursor:
        for at in range(0, len(tables), 200):
            asked = [f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM {_quoted(one)})" for one in tables[at : at + 200]]
            cursor.execute(" UNION ALL ".join(asked))
            found += [name for (name,) in cursor.fetchall()]
    return found


def rows_of(table: str) -> Rows:
    """Everything in a table, as the database gives it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {_quoted(table)}")
        return cursor.fetchall()


def put_rows(table: str, rows: Rows) -> None:
    """Rows that `rows_of` gave, back into their table."""
    if rows:
        marks = ", ".join(["%s"] * len(rows[0]))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {_quoted(table)} VALUES ({marks})", rows)


@contextmanager
def _let_go(tables: list[str]) -> Iterator[None]:
    """Neither guards nor foreign keys hold for these tables inside; one transaction."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
        return
    guarded = sorted(set(tables) & set(guarded_tables()))
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        for table in guarded:
            for statement in remove_statements(table, connection.vendor):
                cursor.execute(statement)
        yield
        for table in guarded:
            for statement in install_statements(table, connection.vendor):
                cursor.execute(statement)


def restore(*_args: Any, **_options: Any) -> None:
    """As after the migrations: what a test added is gone, what it changed or took away is back."""
    changed = [table for table in filled_tables() if table not in _kept]
    changed += [table for table, rows in _kept.items() if rows_of(table) != rows]
    with _let_go(changed), connection.cursor() as cursor:
        for table in changed:
            cursor.execute(f"DELETE FROM {_quoted(table)}")
            put_rows(table, _kept.get(table, []))


@pytest.fixture(autouse=True, scope="session")
def _restore_instead_of_flush(
    request: pytest.FixtureRequest, _keep_the_schema: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Remember what the migrations left, and put that back wherever Django would empty the database."""
    if any(uses_the_database(item) for item in request.session.items):
        with django_db_blocker.unblock():
            _kept.update({table: rows_of(table) for table in filled_tables()})
    with mock.patch.object(FlushCommand, "handle", restore):
        yield
