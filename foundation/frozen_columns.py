"""Triggers that refuse to change some columns of a row from a moment on, on both databases.

For what is decided once and must be provable later: a service refuses first, this holds for everybody else.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is frozen', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""


class FreezeColumns(Operation):
    """Migration operation: refuse an UPDATE that changes one of the columns of a row.

    `once` is the name of a text column: the others are frozen as soon as it says anything. Without it, always. Where
    SQLite makes the table anew for another change, the operation stands in that migration again.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, columns: Sequence[str], once: str = "") -> None:
        self.table, self.columns, self.once = table, list(columns), once

    def state_forwards(self, app_label: str, state: object) -> None:
        """Triggers are no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: object, to_state: object
    ) -> None:
        """Install, also where it is there already."""
        vendor = schema_editor.connection.vendor
        for statement in (self._remove(vendor), *self._install(vendor)):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: object, to_state: object
    ) -> None:
        """Lift."""
        schema_editor.execute(self._remove(schema_editor.connection.vendor), params=None)

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Freeze {len(self.columns)} columns of {self.table}"

    def _when(self, differs: str) -> str:
        changed = " OR ".join(f'NEW."{name}" {differs} OLD."{name}"' for name in self.columns)
        return f"OLD.\"{self.once}\" <> '' AND ({changed})" if self.once else changed

    def _install(self, vendor: str) -> list[str]:
        if vendor == "postgresql":
            when = self._when("IS DISTINCT FROM")
            return [
                _POSTGRESQL_FUNCTION,
                (
                    f'CREATE TRIGGER frozen BEFORE UPDATE ON "{self.table}" FOR EACH ROW WHEN ({when}) '
                    "EXECUTE FUNCTION refuse_frozen()"
                ),
            ]
        return [
            (
                f'CREATE TRIGGER "{self.table}_frozen" BEFORE UPDATE ON "{self.table}" WHEN {self._when("IS NOT")} '
                f"BEGIN SELECT RAISE(ABORT, '{self.table} is frozen'); END"
            )
        ]

    def _remove(self, vendor: str) -> str:
        if vendor == "postgresql":
            return f'DROP TRIGGER IF EXISTS frozen ON "{self.table}"'
        return f'DROP TRIGGER IF EXISTS "{self.table}_frozen"'
