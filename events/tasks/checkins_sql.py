"""The write of a check-in as one PostgreSQL statement: row, tally, audit entry, ledger line and balance together.

The district's busiest morning is thirteen thousand of these. One statement is one round trip and one commit where the
plain form in `checkins` takes a dozen; what it leaves behind is the same, which `tests/tasks/test_one_statement.py`
proves row by row.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.db import connection

from events.tasks.models import CheckIn, CheckInState
from foundation import failpoints, statements
from foundation.models import AuditEntry
from rewards.points import fast


class TaskChanged(Exception):
    """Nothing was written: the task was read before it changed."""


def is_possible(award: dict[str, Any] | None) -> bool:
    """PostgreSQL only, and not where the rules count pieces over the month."""
    return connection.vendor == "postgresql" and (award is None or fast.is_possible(award["rule"]))


_COLUMNS = {
    "id": "uuid", "task_id": "uuid", "person_id": "bigint", "unit_id": "bigint", "role": "text", "state": "text",
    "answer": "text", "note": "text", "photo": "text", "place": "jsonb", "needs_help": "boolean", "fingerprint": "text",
    "client_at": "timestamptz", "entered_by_id": "bigint",
}  # fmt: skip


def _values(row: CheckIn) -> dict[str, Any]:
    """What is stored, by column; a photo is saved on the way."""
    values = {column: getattr(row, column) for column in _COLUMNS}
    values["photo"] = CheckIn._meta.get_field("photo").pre_save(row, True).name if row.photo else ""
    values["place"] = None if row.place is None else json.dumps(row.place)
    return values


@cache
def _statement(awards: bool) -> str:
    names = ", ".join(_COLUMNS)
    marks = ", ".join(f"%({column})s::{kind}" for column, kind in _COLUMNS.items())
    return (
        "WITH asked AS (SELECT 1 FROM tasks_task "  # noqa: S608
        "WHERE id = %(task_id)s AND %(version)s IN ('', xmin::text)), "
        f"made AS (INSERT INTO tasks_checkin ({names}) SELECT {marks} FROM asked "
        "ON CONFLICT DO NOTHING RETURNING 1), "
        "counted AS (UPDATE tasks_tasktally SET done = done + 1, confirmed = confirmed + %(confirmed)s::int FROM made "
        "WHERE task_id = %(task_id)s AND community_id = (SELECT id FROM units_unit WHERE path = %(community)s)), "
        f"noted AS ({statements.audit_clause('made')})"
        f"{', ' + fast.award_clauses('made') if awards else ''} "
        "SELECT EXISTS (SELECT 1 FROM asked), EXISTS (SELECT 1 FROM made)"
    )


def write(row: CheckIn, *, community: str, entry: AuditEntry, award: dict[str, Any] | None) -> bool:
    """Write a check-in that asks for no help, and all that follows from it; True when it is new.

    `community` is the path of its community, `award` the arguments of `award_points`. Outside a transaction it commits
    by itself. Raises `TaskChanged` when the task is no longer the row that was read.
    """
    values = _values(row) | statements.audit_values(entry)
    values |= {"confirmed": int(row.state == CheckInState.CONFIRMED), "community": community}
    values["version"] = row.task.version
    if award:
        values |= fast.award_values(**award)
    failpoints.hit("check_in.before_commit")
    ((asked, made),) = statements.run(_statement(award is not None), values)
    if not asked:
        raise TaskChanged
    return bool(made)
