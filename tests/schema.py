"""Make the test database once, not once a run: some two hundred migrations cost ten seconds, a copied file nothing.

A pytest plugin. The first run keeps its freshly migrated database below var/schema under a name made from the text of
all migrations, as a file of SQLite or a dump of PostgreSQL; while none of them changes, later runs and every worker
start from a copy. Django's own `migrate` still runs on the copy, so permissions and content types follow the models.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
from io import TextIOWrapper
from pathlib import Path

import psycopg
import pytest

from ops.services_local import postgres_bin

KEPT = Path(__file__).resolve().parent.parent / "var" / "schema"
MOST_KEPT = 6
MAKING = pytest.StashKey[tuple[TextIOWrapper, str]]()


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


def template_for(target: str) -> Path:
    """Where the migrated database is kept for another of the same kind."""
    return KEPT / f"{fingerprint()}.{'dump' if is_url(target) else 'sqlite3'}"


def is_url(target: str) -> bool:
    """Whether a database is one of a PostgreSQL; else it is a file of SQLite."""
    return target.startswith("postgres")


def target_of_the_tests() -> str:
    """The file or the address of the database that the tests will use; empty where it is kept nowhere."""
    from django.db import connection

    name = str(connection.creation._get_test_db_name())  # type: ignore[attr-defined]
    if connection.vendor == "postgresql":
        return os.environ["DATABASE_URL"].replace("/district?", f"/{name}?")
    return "" if ":memory:" in name or "mode=memory" in name else name


def put_copy(template: Path, target: str) -> None:
    """The template in place of whatever a former run left there."""
    if is_url(target):
        create_anew(target)
        restore(target, template)
        return
    for name in (target, f"{target}-wal", f"{target}-shm", f"{target}-journal"):
        Path(name).unlink(missing_ok=True)
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, target)


def create_anew(url: str) -> None:
    """An empty database in a server of the tests."""
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')


def restore(url: str, file: Path) -> None:
    """Fill an empty database of PostgreSQL from a dump."""
    subprocess.run([str(postgres_bin() / "pg_restore"), "--no-owner", f"--dbname={url}", str(file)], check=True)


def dump(url: str, file: Path) -> None:
    """All of a database of PostgreSQL in a file."""
    command = [str(postgres_bin() / "pg_dump"), "--format=custom", "--compress=0", f"--file={file}"]
    subprocess.run([*command, url], check=True)


def keep(source: str, template: Path) -> None:
    """A copy of the migrated database for later; two workers may do it at once."""
    fresh = template.with_suffix(f".{os.getpid()}")
    fresh.unlink(missing_ok=True)
    if is_url(source):
        dump(source, fresh)
    else:
        with sqlite3.connect(source) as line:
            line.execute("VACUUM INTO ?", (str(fresh),))
        line.close()
    fresh.replace(template)
    kept = [path for path in KEPT.iterdir() if path.suffix in {".sqlite3", ".dump"}]
    for old in sorted(kept, key=lambda path: path.stat().st_mtime)[:-MOST_KEPT]:
        old.unlink(missing_ok=True)


def take_turn() -> TextIOWrapper:
    """Of two who need a migrated database one makes it, the other waits; the end of a process lets go too."""
    KEPT.mkdir(parents=True, exist_ok=True)
    lock = (KEPT / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """Where there is a template, put its copy in place and let pytest-django take it for a kept database."""
    target = target_of_the_tests()
    if not target:
        return bool(request.config.getvalue("reuse_db"))
    lock, template = take_turn(), template_for(target)
    if template.exists() and not request.config.getvalue("create_db"):
        lock.close()
        put_copy(template, target)
        return True
    request.config.stash[MAKING] = lock, target  # once it is made, Django calls it by another name
    return False


@pytest.fixture(scope="session", autouse=True)
def _keep_the_schema(request: pytest.FixtureRequest) -> None:
    """Keep what the first run has migrated, before any test has written to it."""
    if not any(uses_the_database(item) for item in request.session.items):
        return
    request.getfixturevalue("django_db_setup")
    if made := request.config.stash.get(MAKING, None):
        lock, target = made
        keep(target, template_for(target))
        lock.close()


def uses_the_database(item: pytest.Item) -> bool:
    """Whether a test reads or writes the project's database."""
    fixtures = {"db", "transactional_db", "django_db_setup", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None
