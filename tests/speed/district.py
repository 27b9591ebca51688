"""A district of full size for benchmarks: the roster's network, sessions of real leaders, open tasks."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from tests.speed.harness import ROOT

KEYS = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "FIELD_KEYS": '{"k1": "' + "A" * 43 + '="}',
    "INDEX_KEY": "B" * 43 + "=",
}


def product_env(database_url: str, redis_url: str, process: str) -> dict[str, str]:
    """The environment of the product as `make serve` runs it, plain HTTP."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.speed.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PROCESS": process,
        "LOG_LEVEL": "WARNING",
        **KEYS,
    }


def manage(env: dict[str, str], *arguments: str) -> None:
    """Run a management command of the product in a process of its own."""
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def roster(env: dict[str, str], folder: Path) -> Path:
    """The sample district's workbook; made once for all sections of a run."""
    workbook = Path(os.environ.get("BENCH_ROSTER") or folder / "roster.xlsx")
    if not workbook.exists():
        manage(env, "demo", "--write-roster", str(workbook))
    return workbook


def load_network(env: dict[str, str], folder: Path) -> None:
    """An empty database becomes the sample district's network of units and leaders."""
    manage(env, "migrate", "-v0")
    manage(env, "import_roster", str(roster(env, folder)))


def setup(env: dict[str, str]) -> None:
    """Django of the product in this process."""
    os.environ.update(env)
    import django

    django.setup()


def sessions(people: list[Any]) -> list[tuple[str, str]]:
    """A session and a CSRF secret for each user: (cookie header, csrf header)."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.cached_db import SessionStore

    from volunteers.accounts.services import EPOCH

    made = []
    for user in people:
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "volunteers.accounts.backends.AccountBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store[EPOCH] = user.auth_epoch
        store.create()
        token = secrets.token_hex(16)
        made.append((f"{settings.SESSION_COOKIE_NAME}={store.session_key}; {settings.CSRF_COOKIE_NAME}={token}", token))
    return made


def leaders(count: int) -> list[Any]:
    """Accounts for that many neighbour leaders, spread over the district."""
    from volunteers.accounts.models import User
    from volunteers.units.models import Appointment

    held = (
        Appointment.objects.filter(role="neighbour_leader").order_by("uid").values_list("person_id", flat=True)[:count]
    )
    User.objects.bulk_create(User(username=f"bench-{p}", password="!", person_id=p) for p in held)
    return list(User.objects.filter(username__startswith="bench-"))


def open_tasks(count: int) -> list[str]:
    """Tasks of the district for every neighbour leader, without confirmation, so that points follow at once.

    One is posted, the others are copies of its rows.
    """
    from django.db import connection
    from django.utils import timezone

    from events.tasks.models import Task
    from events.tasks.services import post_task
    from foundation.actors import SYSTEM
    from volunteers.units.models import Level, Unit

    district = Unit.objects.get(level=Level.DISTRICT)
    first = post_task(
        id=uuid.uuid4(), unit=district, title="看看楼道", targets=[district], roles=["neighbour_leader"],
        due_at=timezone.now() + dt.timedelta(days=7), needs_confirmation=False, acting_user=SYSTEM,
    )  # fmt: skip
    columns = [f'"{f.column}"' for f in Task._meta.concrete_fields if f.name not in {"id", "title"}]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH made AS (INSERT INTO tasks_task (id, title, {', '.join(columns)}) "
            f"SELECT gen_random_uuid(), '任务 ' || n, {', '.join(columns)} "
            "FROM tasks_task, generate_series(2, %(count)s) AS n WHERE id = %(first)s RETURNING id), "
            "targets AS (INSERT INTO tasks_tasktarget (task_id, unit_id) "
            "SELECT made.id, unit_id FROM made, tasks_tasktarget WHERE task_id = %(first)s), "
            "tallies AS (INSERT INTO tasks_tasktally (task_id, community_id, asked, done, confirmed, help, declined) "
            "SELECT made.id, community_id, asked, 0, 0, 0, 0 FROM made, tasks_tasktally WHERE task_id = %(first)s) "
            "SELECT id FROM made",
            {"count": count, "first": first.pk},
        )
        return [str(first.pk), *(str(row[0]) for row in cursor.fetchall())]


def write_requests(path: Path, tasks: list[str], lines: list[tuple[str, str, str, str]]) -> str:
    """The file that `load.lua` reads."""
    path.write_text(" ".join(tasks) + "\n" + "".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)
