"""The booking of `award_points` as clauses of one PostgreSQL statement, for writes of other apps that carry points.

`tests/tasks/test_one_statement.py` proves that both leave the same rows.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from foundation.actors import Actor
from rewards.points.accounts import system_account_id
from rewards.points.models import AccountKind
from rewards.points.rules import rule as known_rule
from rewards.points.rules import version_in_force

_ROOM = "GREATEST(0, LEAST(%(award_points)s::int, %(award_ceiling)s::int - points_monthearned.points))"


def is_possible(rule: str) -> bool:
    """Whether the clauses can say it: not where pieces are counted over the month."""
    found = known_rule(rule)
    return found is None or found.most_a_month is None


def award_clauses(made: str) -> str:
    """Clauses of a WITH statement for the one row of `made`: what fits into the month, one line, the balance moved.

    The source must be new with that row, as it is when it names its primary key. Values: `award_values`.
    """
    return (
        "award_month AS (INSERT INTO points_monthearned (person_id, month, points, last_given) "  # noqa: S608
        "SELECT %(award_person)s::bigint, date_trunc('month', statement_timestamp() AT TIME ZONE %(award_zone)s::text)"
        "::date, LEAST(%(award_points)s::int, %(award_ceiling)s::int), "
        "LEAST(%(award_points)s::int, %(award_ceiling)s::int) "
        f"FROM {made} ON CONFLICT (person_id, month) DO UPDATE SET last_given = {_ROOM}, "
        f"points = points_monthearned.points + {_ROOM} RETURNING last_given), "
        "award_account AS (INSERT INTO points_pointsaccount (kind, person_id, balance, held) "
        "SELECT 'person', %(award_person)s::bigint, last_given, 0 FROM award_month WHERE last_given > 0 "
        "ON CONFLICT (person_id) DO UPDATE SET balance = points_pointsaccount.balance + excluded.balance "
        "RETURNING id), "
        "award_line AS (INSERT INTO points_transfer (id, from_account_id, to_account_id, points, rule, quantity, "
        "version_number, reason, source_key, unit_id, actor_id) "
        "SELECT %(award_id)s::uuid, %(award_from)s::bigint, id, last_given, %(award_rule)s, 1, %(award_version)s::int, "
        "%(award_reason)s, %(award_source)s, %(award_unit)s::bigint, %(award_actor)s::bigint "
        "FROM award_account, award_month)"
    )


def award_values(
    *, person_id: int, rule: str, points: int, source_key: str, reason: str, unit_id: int | None, acting_user: Actor
) -> dict[str, Any]:
    """The values of `award_clauses`, named as `award_points` names them."""
    version = version_in_force()
    return {
        "award_id": uuid.uuid4(),
        "award_from": system_account_id(AccountKind.ISSUING),
        "award_person": person_id,
        "award_points": points,
        "award_ceiling": version.ceiling,
        "award_version": version.number,
        "award_zone": timezone.get_default_timezone_name(),
        "award_rule": rule,
        "award_reason": reason[:120],
        "award_source": source_key,
        "award_unit": unit_id,
        "award_actor": acting_user.pk,
    }
