"""The import as most would write it: openpyxl, and update_or_create a row. Prints seconds, scaled to all rows."""

from __future__ import annotations

import json
import os
import time

import django

PART = 400


def main() -> None:
    """Read the whole workbook, write a part of it."""
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection, transaction
    from openpyxl import load_workbook

    from tests.speed.naive.models import Leader

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS naive CASCADE; CREATE SCHEMA naive")
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)
    started = time.perf_counter()
    rows = []
    for sheet in load_workbook(os.environ["BENCH_ROSTER"], data_only=True):
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            if number > 2 and any(row):
                cells = [str(cell or "") for cell in row]
                rows.append((f"{sheet.title}-{number}", "/".join(cells[:5]), cells))
    read = time.perf_counter() - started
    started = time.perf_counter()
    for username, place, cells in rows[:PART]:
        with transaction.atomic():
            user, _made = User.objects.update_or_create(username=username, defaults={"first_name": cells[-3][:30]})
            Leader.objects.update_or_create(user=user, defaults={"place": place[:80]})
    written = (time.perf_counter() - started) * len(rows) / PART
    print(json.dumps({"seconds": read + written, "rows": len(rows)}))


if __name__ == "__main__":
    main()
