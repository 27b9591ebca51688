"""What last month would have cost under other rules: its award lines counted anew, with all caps, in one statement.

Pieces are taken as they were written down; where a line gave more than its pieces by the rules of then (a task whose
sender had set the points), the pieces follow from the points. What the caps of then kept out is not known any more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from foundation import clock
from rewards.points.posting import month_begins, next_month
from rewards.points.rules import Version, version_in_force

FEWEST_PEOPLE = 5
"""A smaller number of people is not told: it might be somebody."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Points then and under the draft, of one rule or of all; how many people would have had another sum."""

    code: str
    then: int
    now: int
    people: int

    @property
    def difference(self) -> int:
        """More, or fewer."""
        return self.now - self.then

    @property
    def few(self) -> bool:
        """Too few to be counted aloud."""
        return 0 < self.people < FEWEST_PEOPLE


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One month under a draft: rule by rule, and in all."""

    month: dt.date
    rules: list[Cost]
    total: Cost


_QUERY = """
WITH draft(code, points, once, monthly) AS (VALUES {draft}),
old(code, points) AS (VALUES {old}),
lines AS (
    SELECT t.id, t.at, t.to_account_id AS account, t.rule, t.points AS was, COALESCE(d.points, 0) AS worth, d.monthly,
        CASE WHEN t.points / o.points > t.quantity THEN t.points / o.points ELSE t.quantity END AS pieces, d.once
    FROM points_transfer t
    JOIN points_pointsaccount a ON a.id = t.to_account_id AND a.kind = 'person'
    JOIN old o ON o.code = t.rule
    LEFT JOIN draft d ON d.code = t.rule
    WHERE t.at >= %s AND t.at < %s AND t.reverses_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM points_transfer r WHERE r.reverses_id = t.id)
),
at_once AS (SELECT *, CASE WHEN once < pieces THEN once ELSE pieces END AS part FROM lines),
in_month AS (SELECT *, SUM(part) OVER (PARTITION BY account, rule ORDER BY at, id) AS upto FROM at_once),
wanted AS (
    SELECT id, at, account, rule, was, worth * (
        CASE WHEN monthly < upto THEN monthly ELSE upto END
        - CASE WHEN monthly < upto - part THEN monthly ELSE upto - part END) AS points
    FROM in_month
),
earned AS (SELECT *, SUM(points) OVER (PARTITION BY account ORDER BY at, id) AS total FROM wanted),
given AS (
    SELECT account, rule, was, CASE WHEN total < %s THEN total ELSE %s END
        - CASE WHEN total - points < %s THEN total - points ELSE %s END AS now
    FROM earned
),
by_rule AS (SELECT account, rule, SUM(was) AS was, SUM(now) AS now FROM given GROUP BY account, rule),
by_person AS (SELECT account, SUM(was) AS was, SUM(now) AS now FROM given GROUP BY account)
SELECT rule, SUM(was), SUM(now), SUM(CASE WHEN was <> now THEN 1 ELSE 0 END) FROM by_rule GROUP BY rule
UNION ALL
SELECT '', COALESCE(SUM(was), 0), COALESCE(SUM(now), 0), COALESCE(SUM(CASE WHEN was <> now THEN 1 ELSE 0 END), 0)
FROM by_person
"""
_DRAFT = "(CAST(%s AS text), CAST(%s AS integer), CAST(%s AS integer), CAST(%s AS integer))"
_OLD = "(CAST(%s AS text), CAST(%s AS integer))"


def last_month() -> dt.date:
    """The first day of the month before this one."""
    return (clock.today().replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def rehearse(draft: Version, month: dt.date | None = None) -> Rehearsal:
    """What a month, the last one when none is given, would have cost; one statement over its lines."""
    month = month or last_month()
    old = version_in_force(next_month(month) - dt.timedelta(days=1))
    values: list[Any] = []
    for line in draft.rules.values():
        values += [line.code, line.points, line.most_at_once, line.most_a_month]
    for line in old.rules.values():
        values += [line.code, line.points]
    span = (month_begins(month), month_begins(next_month(month)))
    values += [connection.ops.adapt_datetimefield_value(at) for at in span]
    values += [draft.ceiling] * 4
    query = _QUERY.format(draft=", ".join([_DRAFT] * len(draft.rules)), old=", ".join([_OLD] * len(old.rules)))
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found = {row[0]: Cost(row[0], int(row[1]), int(row[2]), int(row[3])) for row in cursor.fetchall()}
    codes = [*old.rules, *(code for code in draft.rules if code not in old.rules)]
    return Rehearsal(month, [found.get(code, Cost(code, 0, 0, 0)) for code in codes], found[""])
