"""What the database itself holds to about a box, whoever writes (rules R13 and R14).

Once a box is closed, no envelope of it is added or changed; the instant of the close, the published root and its list
never change; and the key stays as long as one envelope was sealed with it.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_CLOSED = "EXISTS (SELECT 1 FROM ballots_ballotbox WHERE campaign_id = NEW.box_id AND closed_at IS NOT NULL)"
_REPUBLISHED = (
    "OLD.closed_at IS NOT NULL AND NEW.closed_at {0} OLD.closed_at "
    "OR OLD.root <> '' AND (NEW.root {0} OLD.root OR NEW.hashes {0} OLD.hashes) "
    "OR OLD.public_key IS NOT NULL AND NEW.public_key {0} OLD.public_key "
    "AND EXISTS (SELECT 1 FROM ballots_envelope WHERE box_id = OLD.campaign_id)"
)
_RAISE = "USING ERRCODE = 'restrict_violation'"


def _postgresql() -> list[str]:
    return [
        (
            "CREATE OR REPLACE FUNCTION ballots_envelope_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_CLOSED} THEN RAISE EXCEPTION 'the ballot box is closed' {_RAISE}; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE OR REPLACE FUNCTION ballots_box_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_REPUBLISHED.format('IS DISTINCT FROM')} THEN "
            f"RAISE EXCEPTION 'the ballot box is settled' {_RAISE}; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER closed BEFORE INSERT OR UPDATE ON ballots_envelope "
            "FOR EACH ROW EXECUTE FUNCTION ballots_envelope_late()"
        ),
        "CREATE TRIGGER settled BEFORE UPDATE ON ballots_ballotbox FOR EACH ROW EXECUTE FUNCTION ballots_box_kept()",
    ]


def _sqlite() -> list[str]:
    late = f"WHEN {_CLOSED} BEGIN SELECT RAISE(ABORT, 'the ballot box is closed'); END"
    return [
        f"CREATE TRIGGER envelope_closed_insert BEFORE INSERT ON ballots_envelope {late}",
        f"CREATE TRIGGER envelope_closed_update BEFORE UPDATE ON ballots_envelope {late}",
        (
            f"CREATE TRIGGER ballotbox_settled BEFORE UPDATE ON ballots_ballotbox WHEN {_REPUBLISHED.format('IS NOT')} "
            "BEGIN SELECT RAISE(ABORT, 'the ballot box is settled'); END"
        ),
    ]


_NAMES = ("envelope_closed_insert", "envelope_closed_update", "ballotbox_settled")


class GuardBox(Operation):
    """Migration operation: install the triggers on PostgreSQL. SQLite has them from `install_on_sqlite`."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: object) -> None:
        """Triggers are no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: object, to_state: object
    ) -> None:
        """Install."""
        if schema_editor.connection.vendor == "postgresql":
            for statement in _postgresql():
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: object, to_state: object
    ) -> None:
        """Lift."""
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("DROP TRIGGER IF EXISTS closed ON ballots_envelope")
            schema_editor.execute("DROP TRIGGER IF EXISTS settled ON ballots_ballotbox")

    def describe(self) -> str:
        """What `migrate` prints."""
        return "Refuse late envelopes and changes of a settled box"


def lift_on_sqlite(*, using: str, plan: Any = None, **_signal: object) -> None:
    """Before migrations: SQLite cannot make a table anew while another one's trigger names it."""
    connection = connections[using]
    if connection.vendor == "sqlite" and plan:
        with connection.cursor() as cursor:
            for name in _NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def install_on_sqlite(*, using: str, plan: Any = None, **_signal: object) -> None:
    """After migrations."""
    connection = connections[using]
    if connection.vendor == "sqlite" and plan and "ballots_envelope" in connection.introspection.table_names():
        lift_on_sqlite(using=using, plan=plan)
        with connection.cursor() as cursor:
            for statement in _sqlite():
                cursor.execute(statement)
