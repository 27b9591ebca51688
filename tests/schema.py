"""Make the test database once, not once a run: 228 migrations cost ten seconds, a copied file nothing.

A pytest plugin, for SQLite only. The first run keeps its freshly migrated database below var/schema under a name made
from the text of all migrations; while none of them changes, later runs and every worker start from a copy. Django's
own `migrate` still runs on the copy, so permissions and content types follow the models.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
from io import TextIOWrapper
from pathlib import Path

import pytest

KEPT = Path(__file__).resolve().parent.parent / "var" / "schema"
MOST_KEPT = 3
MAKING = pytest.StashKey[TextIOWrapper]()


def fingerprint() -> str:
    """A name for the state of every migration of every installed app."""
    import django
    from django.apps import apps

    total = hashlib.sha256(django.get_version().encode())
    for app in sorted(apps.get_app_configs(), key=lambda one: one.label):
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            total.update(f"{app.label}/{path.name}".encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def database_file() -> Path | None:
    """The SQLite file that the tests will use; None where they use something else."""
    from django.db import connection

    name = str(connection.settings_dict["TEST"].get("NAME") or "")
    if connection.vendor != "sqlite" or not name or ":memory:" in name or "mode=memory" in name:
        return None
    return Path(name)


def put_copy(template: Path, target: Path) -> None:
    """The template in place of whatever a former run left there."""
    for name in (target, Path(f"{target}-wal"), Path(f"{target}-shm"), Path(f"{target}-journal")):
        name.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, target)


def keep(source: Path, template: Path) -> None:
    """A copy of the migrated database for later; two workers may do it at once."""
    fresh = template.with_suffix(f".{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with sqlite3.connect(source) as line:
        line.execute("VACUUM INTO ?", (str(fresh),))
    line.close()
    fresh.replace(template)
    for old in sorted(KEPT.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-MOST_KEPT]:
        old.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """Where there is a template, put its copy in place and let pytest-django take it for a kept database."""
    target, template = database_file(), KEPT / f"{fingerprint()}.sqlite3"
    if target is None:
        return bool(request.config.getvalue("reuse_db"))
    KEPT.mkdir(parents=True, exist_ok=True)
    lock = (KEPT / "lock").open("w")
    # Of two workers one migrates, the other waits for the copy; the end of a process lets go too.
    fcntl.flock(lock, fcntl.LOCK_EX)
    if template.exists() and not request.config.getvalue("create_db"):
        lock.close()
        put_copy(template, target)
        return True
    request.config.stash[MAKING] = lock
    return False


@pytest.fixture(scope="session", autouse=True)
def _keep_the_schema(request: pytest.FixtureRequest) -> None:
    """Keep what the first run has migrated, before any test has written to it."""
    if not any(uses_the_database(item) for item in request.session.items):
        return
    request.getfixturevalue("django_db_setup")
    lock = request.config.stash.get(MAKING, None)
    target = database_file()
    if lock and target:
        keep(target, KEPT / f"{fingerprint()}.sqlite3")
        lock.close()


def uses_the_database(item: pytest.Item) -> bool:
    """Whether a test reads or writes the project's database."""
    fixtures = {"db", "transactional_db", "django_db_setup", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None
