"""A Redis for each worker of the second half, chosen before Django reads its settings. Loaded by ops/test.py with -p.

Databases are apart already, as Django makes one for each worker; what is published in one Redis everybody hears.
"""

from __future__ import annotations

import os

if urls := os.environ.get("REDIS_URLS", "").split():
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    os.environ["REDIS_URL"] = urls[int(worker.removeprefix("gw")) % len(urls)]
