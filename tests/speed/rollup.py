"""Roll-ups of the whole district while check-ins pile up, beside counting the check-ins themselves.

    python -m tests.speed.rollup [tasks]

Every task asks all 13,752 neighbour leaders. First one leader in ten has checked in, then all of them. With 300 tasks
that is four million check-ins and takes minutes; 30 tasks, a tenth of it, tell the same.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.speed import district
from tests.speed.harness import Report, Services, fastest

FILL = """
INSERT INTO tasks_checkin
  (id, task_id, person_id, unit_id, role, state, answer, photo, needs_help, fingerprint, submitted_at)
SELECT gen_random_uuid(), t.id, a.person_id, a.unit_id, a.role, 'confirmed', 'done', '', false, '', now()
FROM tasks_task t, units_appointment a
WHERE a.role = 'neighbour_leader' AND (%(all)s OR a.id %% 10 = 0) ON CONFLICT DO NOTHING
"""
TALLY = """
UPDATE tasks_tasktally AS tally SET done = n, confirmed = n FROM (
  SELECT c.task_id, community.id AS community_id, count(*) AS n
  FROM tasks_checkin c JOIN units_unit u ON u.id = c.unit_id
  JOIN units_unit community ON community.path = left(u.path, 12) GROUP BY 1, 2) AS counted
WHERE tally.task_id = counted.task_id AND tally.community_id = counted.community_id
"""


def _counted_live(task: Any, unit: Any) -> dict[str, int]:
    """One task by street, out of its check-ins."""
    from django.db.models import Count
    from django.db.models.functions import Substr

    from events.tasks.models import CheckIn

    width = len(unit.path) + unit.steplen
    rows = CheckIn.objects.filter(task=task, unit__path__startswith=unit.path).annotate(
        at=Substr("unit__path", 1, width)
    )
    return dict(rows.order_by().values_list("at").annotate(n=Count("id")))


def _all_live() -> dict[Any, int]:
    """Every task, out of all check-ins."""
    from django.db.models import Count

    from events.tasks.models import CheckIn

    rows = CheckIn.objects.filter(state__in=["submitted", "confirmed"]).order_by()
    return dict(rows.values_list("task_id").annotate(n=Count("id")))


def _measure(report: Report, share: str, count: int) -> tuple[float, float]:
    """Milliseconds of one task's page and of the list of all, against counting; and that they agree."""
    from events.tasks.models import Task
    from events.tasks.selectors import posted_tasks, rollup
    from foundation.actors import SYSTEM
    from volunteers.units.models import Level, Unit

    top, task = Unit.objects.get(level=Level.DISTRICT), Task.objects.order_by("pk")[0]
    live = _counted_live(task, top)
    shown = {row.unit.path: row.figures.done for row in rollup(task, top).rows}
    report.fact(f"{share}: every street shows what counting gives", shown == live)
    listed = {posted.task.pk: posted.figures.done for posted in posted_tasks(SYSTEM, limit=count)}
    report.fact(f"{share}: so does every task", listed == _all_live())
    one = report.measure(f"{share}: one task by street, roll-up", fastest(lambda: rollup(task, top)), "ms")
    report.measure(f"{share}: the same, counted", fastest(lambda: _counted_live(task, top)), "ms")
    every = report.measure(f"{share}: all tasks, roll-up", fastest(lambda: posted_tasks(SYSTEM, limit=count)), "ms")
    live_ms = report.measure(f"{share}: the same, counted", fastest(_all_live, 5), "ms")
    report.measure(f"{share}: counted / roll-up", live_ms / every, "×")
    return one, every


def _fill(services: Services, everybody: bool) -> int:
    import psycopg

    with psycopg.connect(services.postgres.url, autocommit=True) as connection:
        connection.execute(FILL, {"all": everybody})
        connection.execute(TALLY)
        connection.execute("VACUUM ANALYZE tasks_checkin")
        connection.execute("VACUUM ANALYZE tasks_tasktally")
        return int(connection.execute("SELECT count(*) FROM tasks_checkin").fetchone()[0])  # type: ignore[index]


def main(tasks: int = 30) -> Report:
    """Run and print; returns the ratios."""
    report, services = Report("roll-up"), Services.start()
    try:
        with tempfile.TemporaryDirectory() as name:
            district.load_network(district.product_env(services.postgres.url, services.redis.url, "worker"), Path(name))
            district.setup(district.product_env(services.postgres.url, services.redis.url, "worker"))
            district.open_tasks(tasks)
            print(f"roll-up of the district, {tasks} tasks")
            few = _fill(services, everybody=False)
            before = _measure(report, f"{few:,} check-ins", tasks)
            many = _fill(services, everybody=True)
            after = _measure(report, f"{many:,} check-ins", tasks)
            report.ratio("one task by street, ten times the check-ins", after[0] / before[0], 1.2, at_most=True)
            report.ratio("all tasks, ten times the check-ins", after[1] / before[1], 1.2, at_most=True)
    finally:
        services.stop()
    return report


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
