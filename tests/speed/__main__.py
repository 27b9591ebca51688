"""`make bench`: the hot paths beside their limits, one section after another; the figures go to var/bench.json.

    python -m tests.speed [section …]      checkin home roster rollup fanout console ledger ballots opening
    python -m tests.speed ledger 20000000  as many lines
    python -m tests.speed opening 384000   as many envelopes

Each section runs in a process of its own, with a PostgreSQL and a Redis of its own, and can be run alone:
`python -m tests.speed.checkin`. What the ratios mean: docs/performance.md.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ops.services_local import NoService, postgres_bin, redis_binary
from tests.speed.harness import ROOT

SECTIONS = ("checkin", "home", "roster", "rollup", "fanout", "console", "ledger", "ballots", "opening")
OUT = ROOT / "var" / "bench.json"


def missing() -> list[str]:
    """What this machine lacks, in words."""
    lacks = []
    for find in (postgres_bin, redis_binary):
        try:
            find()
        except NoService as none:
            lacks.append(str(none))
    if not shutil.which("wrk"):
        lacks.append("wrk is not installed (`make services` installs it)")
    if not sys.platform.startswith("linux"):
        lacks.append("CPU time is read from /proc, so this runs on Linux only")
    return lacks


def run_one(section: str, out: Path) -> None:
    """In the child: run a section and keep what it found."""
    report = importlib.import_module(f"tests.speed.{section}").main()
    out.write_text(json.dumps(report.as_json(), ensure_ascii=False), encoding="utf-8")


def run_all(sections: list[str]) -> int:
    """Run sections one after another; the number of goals that were missed, and of sections that failed."""
    found, failed = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            [sys.executable, "manage.py", "demo", "--write-roster", str(folder / "roster.xlsx")], cwd=ROOT, check=True
        )
        env = {**os.environ, "BENCH_ROSTER": str(folder / "roster.xlsx")}
        for section in sections:
            started, out = time.monotonic(), folder / f"{section}.json"
            print(f"\n── {section} ──", flush=True)
            subprocess.run(
                [sys.executable, "-m", "tests.speed", "--child", section, str(out)], cwd=ROOT, env=env, check=False
            )
            if out.exists():
                found.append(
                    json.loads(out.read_text(encoding="utf-8")) | {"seconds": round(time.monotonic() - started)}
                )
            else:
                failed.append(section)
    keep(found)
    return tell(found, failed)


def keep(found: list[dict[str, Any]]) -> None:
    """Write the figures; sections that did not run now stay as they were."""
    before = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else []
    sections = {one["section"]: one for one in [*before, *found]}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(list(sections.values()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def tell(found: list[dict[str, Any]], failed: list[str]) -> int:
    """The summary."""
    print(f"\n── together ({OUT.relative_to(ROOT)}) ──")
    missed = 0
    for section in found:
        for row in section["ratios"]:
            missed += not row["reached"]
            goal = "" if row["goal"] is True else f"  (goal {'≤' if row['at_most'] else '≥'} {row['goal']:g})"
            value = "" if row["value"] is True or row["value"] is False else f": {row['value']:g}"
            print(f"  {'reached' if row['reached'] else 'MISSED '}  {row['name']}{value}{goal}")
    for name in failed:
        print(f"  FAILED   {name}")
    return missed + len(failed)


def main() -> int:
    """Say what is missing, or run."""
    if sys.argv[1:2] == ["--child"]:
        run_one(sys.argv[2], Path(sys.argv[3]))
        return 0
    sizes = [word for word in sys.argv[1:] if word.isdigit()]
    if sizes:
        os.environ["BENCH_LINES"] = sizes[-1]
    wanted = [word for word in sys.argv[1:] if word not in sizes] or [
        section for section in SECTIONS if (ROOT / "tests" / "speed" / f"{section}.py").exists()
    ]
    if unknown := set(wanted) - set(SECTIONS):
        print(f"No such section: {', '.join(sorted(unknown))}. There are: {', '.join(SECTIONS)}.")
        return 2
    if lacks := missing():
        print("The measurements cannot run here:\n  " + "\n  ".join(lacks))
        return 2
    return 1 if run_all(wanted) else 0


if __name__ == "__main__":
    sys.exit(main())
