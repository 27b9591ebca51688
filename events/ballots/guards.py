"""What the database itself holds to about a box, whoever writes (rules R13, R14 and R17).

Once the roll is frozen, nobody is added to it, no entry becomes somebody else's, and its hash, count and instant stay.
Once a box is closed, no envelope of it is added or changed; the instant of the close, the published root and its list
never change; and the key stays as long as one envelope was sealed with it.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_CLOSED = "EXISTS (SELECT 1 FROM ballots_ballotbox WHERE campaign_id = NEW.box_id AND closed_at IS NOT NULL)"
_FROZEN = "EXISTS (SELECT 1 FROM ballots_ballotbox WHERE campaign_id = {0}.box_id AND roll_frozen_at IS NOT NULL)"
_ADDED_LATE = (
    "EXISTS (SELECT 1 FROM ballots_ballotbox AS box JOIN added ON added.box_id = box.campaign_id "
    "WHERE box.roll_frozen_at IS NOT NULL)"
)
_REPUBLISHED = (
    "OLD.closed_at IS NOT NULL AND NEW.closed_at {0} OLD.closed_at "
    "OR OLD.root <> '' AND (NEW.root {0} OLD.root OR NEW.hashes {0} OLD.hashes) "
    "OR OLD.roll_frozen_at IS NOT NULL AND (NEW.roll_frozen_at {0} OLD.roll_frozen_at "
    "OR NEW.roll_hash {0} OLD.roll_hash OR NEW.roll_count {0} OLD.roll_count) "
    "OR OLD.public_key IS NOT NULL AND NEW.public_key {0} OLD.public_key "
    "AND EXISTS (SELECT 1 FROM ballots_envelope WHERE box_id = OLD.campaign_id)"
)
_WHOSE = ("box_id", "kind", "voter_key", "neighbourhood_id", "community_id", "street_id", "about_id", "bound_at")
"""What makes an entry that of one voter, or of one household. The way that it goes may change."""
_RAISE = "USING ERRCODE = 'restrict_violation'"


def _changed(differs: str) -> str:
    return "(" + " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in _WHOSE) + ")"


def _function(name: str, refused: str, words: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {refused} THEN RAISE EXCEPTION '{words}' {_RAISE}; END IF; RETURN NEW; END $$"
    )


def _postgresql() -> list[str]:
    """Again and again the same. What is added to the roll is looked at once a statement: there are half a million."""
    late, whose = f"{_FROZEN.format('OLD')} AND {_changed('IS DISTINCT FROM')}", ", ".join(_WHOSE)
    return [
        _function("ballots_envelope_late", _CLOSED, "the ballot box is closed"),
        _function("ballots_box_kept", _REPUBLISHED.format("IS DISTINCT FROM"), "the ballot box is settled"),
        _function("ballots_roll_late", _ADDED_LATE, "the roll is frozen"),
        _function("ballots_roll_kept", late, "the roll is frozen"),
        *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in _TRIGGERS),
        (
            "CREATE TRIGGER closed BEFORE INSERT OR UPDATE ON ballots_envelope "
            "FOR EACH ROW EXECUTE FUNCTION ballots_envelope_late()"
        ),
        "CREATE TRIGGER settled BEFORE UPDATE ON ballots_ballotbox FOR EACH ROW EXECUTE FUNCTION ballots_box_kept()",
        (
            "CREATE TRIGGER frozen AFTER INSERT ON ballots_rollentry REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION ballots_roll_late()"
        ),
        (
            f"CREATE TRIGGER kept BEFORE UPDATE OF {whose} ON ballots_rollentry "
            "FOR EACH ROW EXECUTE FUNCTION ballots_roll_kept()"
        ),
    ]


_TRIGGERS = (
    ("closed", "ballots_envelope"),
    ("settled", "ballots_ballotbox"),
    ("frozen", "ballots_rollentry"),
    ("kept", "ballots_rollentry"),
)


def _sqlite() -> list[str]:
    late = f"WHEN {_CLOSED} BEGIN SELECT RAISE(ABORT, 'the ballot box is closed'); END"
    frozen = "BEGIN SELECT RAISE(ABORT, 'the roll is frozen'); END"
    return [
        f"CREATE TRIGGER envelope_closed_insert BEFORE INSERT ON ballots_envelope {late}",
        f"CREATE TRIGGER envelope_closed_update BEFORE UPDATE ON ballots_envelope {late}",
        (
            f"CREATE TRIGGER ballotbox_settled BEFORE UPDATE ON ballots_ballotbox WHEN {_REPUBLISHED.format('IS NOT')} "
            "BEGIN SELECT RAISE(ABORT, 'the ballot box is settled'); END"
        ),
        f"CREATE TRIGGER roll_frozen_insert BEFORE INSERT ON ballots_rollentry WHEN {_FROZEN.format('NEW')} {frozen}",
        (
            f"CREATE TRIGGER roll_frozen_update BEFORE UPDATE OF {', '.join(_WHOSE)} ON ballots_rollentry "
            f"WHEN {_FROZEN.format('OLD')} AND {_changed('IS NOT')} {frozen}"
        ),
    ]


_NAMES = (
    "envelope_closed_insert",
    "envelope_closed_update",
    "ballotbox_settled",
    "roll_frozen_insert",
    "roll_frozen_update",
)


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
            for name, table in _TRIGGERS:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")

    def describe(self) -> str:
        """What `migrate` prints."""
        return "Refuse late voters, late envelopes and changes of a settled box"


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
