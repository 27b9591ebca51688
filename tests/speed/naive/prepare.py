"""Tables, rows and sessions of the baseline; run in a process of its own."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from pathlib import Path

import django


def main() -> None:
    """Make 3,000 leaders with sessions, 2,000 tasks, and the file of requests."""
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from tests.speed.naive.models import Leader, Task

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS naive CASCADE; CREATE SCHEMA naive")
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)
    User.objects.bulk_create(User(username=f"u{n}", password="!") for n in range(3000))
    users = list(User.objects.all())
    Leader.objects.bulk_create(Leader(user=user, place=f"{user.pk}栋") for user in users)
    asked_by = Leader.objects.first()
    due = timezone.now() + dt.timedelta(days=7)
    Task.objects.bulk_create(Task(title=f"任务 {n}", asked_by=asked_by, due_at=due) for n in range(2000))
    tasks = " ".join(str(pk) for pk in Task.objects.values_list("pk", flat=True))
    lines = [tasks]
    for user in users:
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        token = secrets.token_hex(16)
        page = os.environ["BENCH_PAGE"]
        body = "" if page == "/" else "task=%T&note=hello"
        lines.append(f"sessionid={store.session_key}; csrftoken={token}\t{token}\t{page}\t{body}")
    Path(os.environ["BENCH_OUT"]).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
