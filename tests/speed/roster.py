"""The roster of 17,194 leaders into an empty PostgreSQL database, beside the least that it takes.

    python -m tests.speed.roster [rounds]

The floor reads the workbook with calamine and merges all rows by one COPY. The naive import reads with openpyxl and
calls update_or_create row by row; a part of the rows is measured and scaled up.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.speed import district
from tests.speed.harness import ROOT, Report, Services

SCHEMA = """
DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor;
CREATE TABLE floor.leader (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, place text NOT NULL UNIQUE,
  role text NOT NULL, community text NOT NULL, name text NOT NULL, phone text NOT NULL, gender text, born text,
  party text);
"""
COLUMNS = "place, role, community, name, phone, gender, born, party"
MERGE = f"""
INSERT INTO floor.leader ({COLUMNS}) SELECT {COLUMNS} FROM arrived
ON CONFLICT (place) DO UPDATE SET name = excluded.name, phone = excluded.phone
WHERE (leader.name, leader.phone) IS DISTINCT FROM (excluded.name, excluded.phone)
"""


def floor_import(url: str, content: bytes) -> int:
    """Read every sheet, send every leader, merge once; how many."""
    import psycopg
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(BytesIO(content))
    rows: list[tuple[Any, ...]] = []
    for sheet in book.sheet_names:
        for number, row in enumerate(book.get_sheet_by_name(sheet).to_python()[2:]):
            place = f"{sheet}/{number}"
            if row[4]:
                rows.append((place + "/a", "area", row[1], row[4], row[5], None, None, None))
            if row[8]:
                rows.append((place + "/g", "group", row[1], row[8], row[9], None, None, row[10]))
            if row[14]:
                rows.append((place, "neighbourhood", row[1], row[14], row[17], row[15], str(row[16]), row[18]))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE arrived (LIKE floor.leader) ON COMMIT DROP")
        cursor.execute("ALTER TABLE arrived DROP COLUMN id")
        with cursor.copy(f"COPY arrived ({COLUMNS}) FROM STDIN") as copy:
            for leader in rows:
                copy.write_row(leader)
        cursor.execute(MERGE)
    return len(rows)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class _Blank:
    """A migrated database without units, as often as wanted."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.admin = services.postgres.url.replace("/district?", "/postgres?")

    def keep(self) -> None:
        """Remember the database as it is now."""
        self._run('CREATE DATABASE blank TEMPLATE "district"')

    def again(self) -> None:
        """Put it back."""
        self._run('DROP DATABASE "district" WITH (FORCE)', 'CREATE DATABASE "district" TEMPLATE blank')
        self.services.sql(SCHEMA)

    def _run(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self.admin, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def _naive(url: str, workbook: Path) -> float:
    """Seconds for the whole roster, scaled from a part."""
    env = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.speed.naive.settings", "BENCH_ROSTER": str(workbook)}
    told = subprocess.run(
        [sys.executable, "-m", "tests.speed.naive.roster"], cwd=ROOT, env={**os.environ, **env}, check=True,
        capture_output=True, text=True,
    ).stdout  # fmt: skip
    return float(json.loads(told)["seconds"])


def main(rounds: int = 3) -> Report:
    """Run and print; returns the ratios."""
    report, services = Report("roster import"), Services.start()
    try:
        with tempfile.TemporaryDirectory() as name:
            env = district.product_env(services.postgres.url, services.redis.url, "worker")
            district.manage(env, "migrate", "-v0")
            workbook = district.roster(env, Path(name))
            content = workbook.read_bytes()
            district.setup(env)
            _measure(report, services, content, rounds)
            naive = report.measure(
                "naive: openpyxl + update_or_create, scaled", _naive(services.postgres.url, workbook), "s"
            )
            ours = next(row["value"] for row in report.tables if row["name"].startswith("product: into"))
            report.ratio("naive / product", naive / ours, 10)
    finally:
        services.stop()
    return report


def _measure(report: Report, services: Services, content: bytes, rounds: int) -> None:
    from django.db import connection

    from foundation.actors import SYSTEM
    from volunteers.roster.services import import_roster
    from volunteers.units.models import Appointment

    def product() -> None:
        import_roster(content=content, file_name="roster.xlsx", acting_user=SYSTEM)

    connection.close()
    blank = _Blank(services)
    blank.keep()
    floor, first, again, leaders = [], [], [], 0
    for _round in range(rounds):
        connection.close()
        blank.again()
        floor.append(_timed(lambda: floor_import(services.postgres.url, content)))
        first.append(_timed(product))
        leaders = Appointment.objects.count()
        again.append(_timed(product))
        assert Appointment.objects.count() == leaders
    least = report.measure("floor: calamine + one COPY merge", statistics.median(floor), "s")
    ours = report.measure(f"product: into an empty database ({leaders} leaders)", statistics.median(first), "s")
    repeat = report.measure("product: the same file again", statistics.median(again), "s")
    report.ratio("roster import / floor", ours / least, 12, at_most=True)
    report.ratio("the same file again / first", repeat / ours, 1.5, at_most=True)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
