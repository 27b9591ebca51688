"""A PostgreSQL and a Redis for each worker of the second half, chosen before Django reads its settings.

Databases of one server are not apart enough: a transaction that is open in one holds up what waits for all writers in
another; and what is published in one Redis everybody hears.
"""

from __future__ import annotations

import os

for name in ("DATABASE_URL", "REDIS_URL"):
    if urls := os.environ.get(f"{name}S", "").split():
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        os.environ[name] = urls[int(worker.removeprefix("gw")) % len(urls)]
