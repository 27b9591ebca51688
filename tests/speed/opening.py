"""Opening and counting a box beside the bare decryption of as many envelopes.

    python -m tests.speed opening [envelopes]     4,000 unless said otherwise; 384,000 is a whole district

Both on one core, in one process, on a private PostgreSQL.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from ops.services_local import LocalPostgres
from tests.speed import district
from tests.speed.harness import ROOT, Report

USUAL, GOAL = 4_000, 2.0


def main(envelopes: int = 0) -> Report:
    """Run it in a process of the product; returns the ratio."""
    envelopes = envelopes or int(os.environ.get("BENCH_LINES", str(USUAL)))
    report, postgres = Report("opening"), LocalPostgres(durable=False).start()
    try:
        env = district.product_env(postgres.url, "", "worker")
        district.manage(env, "migrate", "-v0")
        found = _opened(env, envelopes)
    finally:
        postgres.stop()
    report.measure(f"bare decryption of {envelopes:,} envelopes", found["bare"], "s")
    report.measure("the same, each", found["bare"] / envelopes * 1e6, "µs")
    report.measure("closing and publishing the root", found["root"], "s")
    report.measure("opening: decrypt, shuffle, write, destroy links, check", found["opened"], "s")
    report.measure("counting: every score and every winner", found["counted"], "s")
    report.measure("progress was told so many times", found["looks"], "times")
    report.measure("memory at most, before and after the opening", found["memory_before"], "MB")
    report.measure("", found["memory"], "MB")
    whole = (found["opened"] + found["counted"]) / found["bare"]
    report.ratio("opening and counting / bare decryption", whole, GOAL, at_most=True)
    return report


def _opened(env: dict[str, str], envelopes: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.speed.opening_box", str(envelopes)],
        cwd=ROOT, env={**os.environ, **env}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
