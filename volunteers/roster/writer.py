"""Many rows at once: COPY and set-based updates on PostgreSQL, `executemany` on SQLite. One test suite runs both.

Ids are reserved first, so that rows of several tables can be built in memory with their keys before anything is sent.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from django.db import connection, models

Values = Sequence[Any]


class Writer(Protocol):
    """What an import needs of a database; always used inside a transaction."""

    def reserve_ids(self, model: type[models.Model], count: int) -> list[int]:
        """Ids for new rows, nobody else's."""

    def insert(self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Values]) -> int:
        """Insert rows; returns how many."""

    def update(self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Values]) -> int:
        """Update rows by id; each row is the id and the new values of the columns."""

    def delete(self, model: type[models.Model], ids: Sequence[int]) -> int:
        """Delete rows by id, nothing else with them; a row that is referred to raises IntegrityError at `check`."""

    def check(self) -> None:
        """Raise IntegrityError now for a foreign key left without its row."""


def writer() -> Writer:
    """The writer of the project's database."""
    return CopyWriter() if connection.vendor == "postgresql" else PlainWriter()


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


class CopyWriter:
    """PostgreSQL."""

    def reserve_ids(self, model: type[models.Model], count: int) -> list[int]:
        """As Writer."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
            sequence = cursor.fetchone()[0]
            cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
            return [row[0] for row in cursor.fetchall()]

    def insert(self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Values]) -> int:
        """As Writer."""
        if rows:
            self._copy(_table(model), columns, rows)
        return len(rows)

    def update(self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Values]) -> int:
        """As Writer."""
        if not rows:
            return 0
        table = _table(model)
        with connection.cursor() as cursor:
            stage = f"CREATE TEMP TABLE roster_stage ON COMMIT DROP AS TABLE {table} WITH NO DATA"
            cursor.execute(stage)
            self._copy("roster_stage", ["id", *columns], rows)
            sets = ", ".join(f"{column} = s.{column}" for column in columns)
            cursor.execute(f"UPDATE {table} AS t SET {sets} FROM roster_stage AS s WHERE t.id = s.id")  # noqa: S608
            changed = cursor.rowcount
            cursor.execute("DROP TABLE roster_stage")
        return changed

    def delete(self, model: type[models.Model], ids: Sequence[int]) -> int:
        """As Writer."""
        if not ids:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_table(model)} WHERE id = ANY(%s)", [list(ids)])  # noqa: S608
            return cursor.rowcount

    def check(self) -> None:
        """As Writer."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    @staticmethod
    def _copy(table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
        statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


class PlainWriter:
    """SQLite."""

    def reserve_ids(self, model: type[models.Model], count: int) -> list[int]:
        """As Writer; the transaction holds the only write lock, and a used id is never given again."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
            used = cursor.fetchone()
        first = (used[0] if used else 0) + 1
        return list(range(first, first + count))

    def insert(self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Values]) -> int:
        """As Writer."""
        marks = ", ".join(["%s"] * len(columns))
        self._many(f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608
        return len(rows)

    def update(self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Values]) -> int:
        """As Writer."""
        sets = ", ".join(f"{column} = %s" for column in columns)
        statement = f"UPDATE {_table(model)} SET {sets} WHERE id = %s"  # noqa: S608
        self._many(statement, [(*row[1:], row[0]) for row in rows])
        return len(rows)

    def delete(self, model: type[models.Model], ids: Sequence[int]) -> int:
        """As Writer."""
        self._many(f"DELETE FROM {_table(model)} WHERE id = %s", [(one,) for one in ids])  # noqa: S608
        return len(ids)

    def check(self) -> None:
        """As Writer."""
        connection.check_constraints()

    @staticmethod
    def _many(sql: str, rows: Sequence[Values]) -> None:
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(sql, [[_plain(value) for value in row] for row in rows])


def _plain(value: Any) -> Any:
    """A value as Django stores it in SQLite."""
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, dt.date) else value
