"""Bring the database up to date and give an empty one the sample district. Runs inside .venv.

One process for both, since loading Django twice would take half of the time that `make run` takes to start again.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """`python -m ops.prepare`: migrate, collect the static files where they are wanted, load the demo."""
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command, get_commands
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        print(f"  Preparing the database ({len(pending)} migrations) …", end="", flush=True)
        start = time.monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        print(f" {time.monotonic() - start:.1f} s", flush=True)
    if settings.DEMO and "demo" in get_commands():
        call_command("demo", if_empty=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
