"""The booking of `award_points` as clauses of one PostgreSQL statement, for writes of other apps that carry points.

`tests/tasks/test_one_statement.py` proves that both leave the same rows.
"""

from __future__ import annotations

import uuid
from typing import Any

from foundation.actors import Actor
from rewards.points.models import AccountKind
from rewards.points.services import system_account_id


def award_clauses(made: str) -> str:
    """Clauses of a WITH statement: one ledger line, and the balance moved, for the one row of `made`.

    The source must be new with that row, as it is when it names its primary key. Values: `award_values`.
    """
    return (
        "award_account AS (INSERT INTO points_pointsaccount (kind, person_id, balance, held) "  # noqa: S608
        f"SELECT 'person', %(award_person)s::bigint, %(award_points)s::bigint, 0 FROM {made} "
        "ON CONFLICT (person_id) DO UPDATE SET balance = points_pointsaccount.balance + excluded.balance "
        "RETURNING id), "
        "award_line AS (INSERT INTO points_transfer "
        "(id, from_account_id, to_account_id, points, rule, reason, source_key, unit_id, actor_id) "
        "SELECT %(award_id)s::uuid, %(award_from)s::bigint, id, %(award_points)s::bigint, %(award_rule)s, "
        "%(award_reason)s, %(award_source)s, %(award_unit)s::bigint, %(award_actor)s::bigint FROM award_account)"
    )


def award_values(
    *, person_id: int, rule: str, points: int, source_key: str, reason: str, unit_id: int | None, acting_user: Actor
) -> dict[str, Any]:
    """The values of `award_clauses`, named as `award_points` names them."""
    return {
        "award_id": uuid.uuid4(),
        "award_from": system_account_id(AccountKind.ISSUING),
        "award_person": person_id,
        "award_points": points,
        "award_rule": rule,
        "award_reason": reason[:120],
        "award_source": source_key,
        "award_unit": unit_id,
        "award_actor": acting_user.pk,
    }
