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
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL)


def load_network(env: dict[str, str], folder: Path) -> None:
    """An empty database becomes the sample district's network of units and leaders."""
    manage(env, "migrate", "-v0")
    workbook = folder / "roster.xlsx"
    if not workbook.exists():
        manage(env, "demo", "--write-roster", str(workbook))
    manage(env, "import_roster", str(workbook))


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

    from volunteers.accounts.middleware import EPOCH

    made = []
    for user in people:
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
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

    held = Appointment.objects.filter(role="neighbour_leader").order_by("uid").values_list("person_id", flat=True)[:count]
    User.objects.bulk_create(User(username=f"bench-{p}", password="!", person_id=p) for p in held)
    return list(User.objects.filter(username__startswith="bench-"))


def open_tasks(count: int) -> list[str]:
    """Tasks of the district for every neighbour leader, without confirmation, so that points follow at once."""
    from django.utils import timezone

    from events.tasks.services import post_task
    from foundation.actors import SYSTEM
    from volunteers.units.models import Level, Unit

    district = Unit.objects.get(level=Level.DISTRICT)
    due = timezone.now() + dt.timedelta(days=7)
    ids = []
    for number in range(count):
        task = post_task(
            id=uuid.uuid4(), unit=district, title=f"任务 {number}", targets=[district], roles=["neighbour_leader"],
            due_at=due, needs_confirmation=False, acting_user=SYSTEM,
        )  # fmt: skip
        ids.append(str(task.pk))
    return ids


def write_requests(path: Path, tasks: list[str], lines: list[tuple[str, str, str, str]]) -> str:
    """The file that `load.lua` reads."""
    path.write_text(" ".join(tasks) + "\n" + "".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)
