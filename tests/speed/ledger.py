"""Adding up the whole ledger beside a bare sum over the same table; and what finding lines by their day costs a write.

    python -m tests.speed ledger [lines]          a million unless said otherwise; the goal is said for twenty

Lines of thirty months of a full district, by COPY's cousin generate_series into a private database: awards within the
ceilings, reversals, spending; then every index, every seal, and the command as an operator runs it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import Any

from ops.services_local import LocalPostgres
from tests.speed import district
from tests.speed.harness import ROOT, Report

PEOPLE, A_MONTH, GOAL_LINES, GOAL_SECONDS = 17_194, 38, 20_000_000, 300
BACK, SPENT = 200, 50
"""One line in so many is taken back; one in so many is spent again."""

PERSONS = """
INSERT INTO people_person (uid, name, created_at)
 SELECT gen_random_uuid(), '某人', now() FROM generate_series(1, {people});
INSERT INTO points_pointsaccount (kind, person_id, balance, held)
 SELECT 'person', id, 0, 0 FROM people_person ORDER BY id;
INSERT INTO points_pointsaccount (kind, owner_uid, balance, held) VALUES ('provider', gen_random_uuid(), 0, 0);
CREATE TEMP TABLE known AS SELECT (SELECT id FROM points_pointsaccount WHERE kind = 'issuing') AS issuing,
 (SELECT id FROM points_pointsaccount WHERE kind = 'provider') AS shop,
 (SELECT min(id) FROM points_pointsaccount WHERE kind = 'person') AS first;
"""
# One round is a line for everybody, three seconds apart; the next begins 17 hours later; 38 rounds fit into February.
AWARDS = """
INSERT INTO points_transfer (id, from_account_id, to_account_id, points, rule, quantity, version_number, reason,
 source_key, by_staff, at)
SELECT gen_random_uuid(), issuing, first + n % {people}, 1, 'task_done', 1, 1, '看看楼道有没有堆放杂物',
 'check_in:' || gen_random_uuid(), false,
 (timestamp '2024-01-01' + (n / {people} / {a_month}) * interval '1 month') AT TIME ZONE 'Asia/Shanghai'
 + (n / {people} % {a_month}) * interval '17 hours' + (n % {people}) * interval '3 seconds'
FROM known, generate_series(0, {lines} - 1) AS n
"""
OTHERS = """
INSERT INTO points_transfer (id, from_account_id, to_account_id, points, rule, quantity, version_number, reason,
 source_key, reverses_id, by_staff, at)
SELECT gen_random_uuid(), to_account_id, from_account_id, points, rule, 1, 1, '录了两次', 'reverse:' || id, id, true,
 at + interval '1 second' FROM points_transfer TABLESAMPLE SYSTEM ({back}) ORDER BY at;
INSERT INTO points_transfer (id, from_account_id, to_account_id, points, rule, quantity, reason,
 source_key, by_staff, at)
SELECT gen_random_uuid(), to_account_id, shop, 1, 'store', 1, '一袋米', 'hold:' || gen_random_uuid(), false,
 at + interval '2 seconds' FROM known, points_transfer TABLESAMPLE SYSTEM ({spent})
WHERE version_number = 1 AND reverses_id IS NULL ORDER BY at;
"""
BALANCES = """
CREATE TEMP TABLE net AS SELECT account, sum(points) AS points FROM (
 SELECT to_account_id AS account, points FROM points_transfer UNION ALL
 SELECT from_account_id, -points FROM points_transfer) AS s GROUP BY 1;
UPDATE points_pointsaccount a SET balance = net.points FROM net
 WHERE net.account = a.id AND a.kind IN ('person', 'provider');
INSERT INTO points_monthearned (person_id, month, points, last_given)
SELECT a.person_id, date_trunc('month', o.at AT TIME ZONE 'Asia/Shanghai')::date,
 sum(CASE WHEN b.id IS NULL THEN 1 ELSE 0 END), 0
FROM points_transfer o JOIN points_pointsaccount a ON a.id = o.to_account_id AND a.kind = 'person'
LEFT JOIN points_transfer b ON b.reverses_id = o.id
WHERE o.version_number = 1 AND o.reverses_id IS NULL GROUP BY 1, 2;
"""
WRITE = """
INSERT INTO points_transfer (id, from_account_id, to_account_id, points, rule, quantity, version_number, reason,
 source_key)
SELECT gen_random_uuid(), issuing, first + n % {people}, 1, 'task_done', 1, 1, '看看楼道', 'w:' || gen_random_uuid()
FROM known, generate_series(1, 20000) AS n
"""


def fill(connection: Any, lines: int) -> None:
    """All lines, without indexes first: made afterwards they cost a third."""
    values = {"people": PEOPLE, "a_month": A_MONTH, "lines": lines, "back": 100 / BACK, "spent": 100 / SPENT}
    connection.execute(PERSONS.format(**values))
    found = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, pg_get_constraintdef(c.oid) "
        "FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u') "
        "WHERE i.indrelid = 'points_transfer'::regclass ORDER BY c.contype = 'p' NULLS FIRST"
    ).fetchall()
    foreign = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND 'points_transfer'::regclass IN (conrelid, confrelid)"
    ).fetchall()
    for table, name, _words in foreign:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for index, _made, name, _words in found:
        connection.execute(f'ALTER TABLE points_transfer DROP CONSTRAINT "{name}"' if name else f"DROP INDEX {index}")
    connection.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
    connection.execute(AWARDS.format(**values))
    connection.execute(OTHERS.format(**values))
    for _index, made, name, words in reversed(found):
        connection.execute(f'ALTER TABLE points_transfer ADD CONSTRAINT "{name}" {words}' if name else made)
    for table, name, words in foreign:
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {words}')
    connection.execute("ANALYZE points_transfer")
    connection.execute(BALANCES)
    connection.execute("VACUUM ANALYZE")


def seconds(connection: Any, statement: str, times: int = 3) -> float:
    """The quickest of several runs."""
    taken = []
    for _run in range(times):
        started = time.perf_counter()
        connection.execute(statement)
        taken.append(time.perf_counter() - started)
    return min(taken)


def write_cost(connection: Any) -> float:
    """Twenty thousand lines with the index on the instant, over the same without it; every run is taken back."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(10):
        with_index = turn % 2 == 0
        with connection.transaction(force_rollback=True):
            if not with_index:
                connection.execute("DROP INDEX transfer_at")
            taken[with_index].append(seconds(connection, WRITE.format(people=PEOPLE), 1))
    return statistics.median(taken[True][1:]) / statistics.median(taken[False][1:])


def main(lines: int = 0) -> Report:
    """Make the ledger, seal it, verify it by the command; returns the ratios."""
    import psycopg

    lines = lines or int(os.environ.get("BENCH_LINES", "1000000"))
    report = Report("ledger")
    postgres = LocalPostgres(durable=False).start()
    try:
        env = district.product_env(postgres.url, "", "worker")
        district.manage(env, "migrate", "-v0")
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            started = time.perf_counter()
            fill(connection, lines)
            report.measure(f"made {lines:,} lines with every index", time.perf_counter() - started, "s")
            bare = seconds(connection, "SELECT sum(points) FROM points_transfer")
            report.measure("bare sum over the same table", bare, "s")
            report.ratio(
                "write of a line with the index on its day / without", write_cost(connection), 1.1, at_most=True
            )
        report.measure("sealed every day", _seal(env), "s")
        taken = _verify(env)
        report.measure("verify_ledger", taken, "s")
        report.measure("verify_ledger / bare sum", taken / bare, "times")
        report.ratio(
            "seconds of verify_ledger for 20,000,000 lines", taken / lines * GOAL_LINES, GOAL_SECONDS, at_most=True
        )
    finally:
        postgres.stop()
    return report


def _seal(env: dict[str, str]) -> float:
    words = "import django; django.setup(); import datetime as dt; from rewards.points.seals import seal_days; "
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", words + "seal_days(before=dt.date(2027, 1, 1))"],
        cwd=ROOT, env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - started


def _verify(env: dict[str, str]) -> float:
    """As an operator does."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", "verify_ledger"], cwd=ROOT, env={**os.environ, **env}, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
