"""A corner of the sample district, loaded once a run for all sites: a folder with SQLite, a dump of PostgreSQL.

`make test` has both made in the background while the first tests run (`python -m tests.journeys.corner FOLDER`);
whoever needs one that is not there makes it, and others wait.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ops.services_local import LocalPostgres, LocalRedis, NoService
from tests.schema import dump, keep, put_copy, take_turn, template_for

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = "CORNERS"
"""The environment's name of the folder in which they lie."""
DUMP = "dump"
_AFTERWARDS = 10


def settings_in(folder: Path, **services: str) -> dict[str, str]:
    """The environment of a demo site in this folder, on SQLite unless services are given."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return {**kept, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings.dev", **services}


def _manage(env: dict[str, str], *words: str) -> None:
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def _migrated(env: dict[str, str], target: str) -> None:
    """From the template; where there is none yet, others wait for this one."""
    template = template_for(target)
    with take_turn():
        if not template.exists():
            _manage(env, "migrate", "-v0")
            keep(target, template)
            return
    put_copy(template, target)
    _manage(env, "migrate", "-v0")


def _made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Filled by whoever comes first; the others wait for it, and none changes it."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            aside = folder.with_suffix(".making")
            aside.mkdir(exist_ok=True)
            make(aside)
            aside.rename(folder)
    return folder


def on_sqlite(base: Path) -> Path:
    """A folder to be copied: the database, the keys, the files."""

    def load(folder: Path) -> None:
        env = settings_in(folder)
        _migrated(env, str(folder / "db.sqlite3"))
        _manage(env, "demo", "--small")

    return _made_once(base / "sqlite", load)


def on_postgres(base: Path, database_url: str, redis_url: str) -> Path:
    """A folder to be copied, with the `DUMP`; where it has to be made, in this database, which is then filled."""

    def load(folder: Path) -> None:
        env = settings_in(folder, DATABASE_URL=database_url, REDIS_URL=redis_url)
        _migrated(env, database_url)
        _manage(env, "demo", "--small")
        dump(database_url, folder / DUMP)

    return _made_once(base / "postgres", load)


def main(base: Path) -> None:
    """Both, and quietly: what cannot be had here is said by whoever needs it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    on_sqlite(base)
    os.nice(_AFTERWARDS)  # the other half of the tests is minutes away
    with contextlib.suppress(NoService):
        postgres, redis = LocalPostgres(durable=False), LocalRedis()
        try:
            on_postgres(base, postgres.start().url, redis.start().url)
        finally:
            postgres.stop()
            redis.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
