"""Run the tests: on SQLite, then on PostgreSQL with Redis. How the two halves differ: tests/services.py.

    make test                        both halves, several tests at a time
    make test ARGS="tests/tasks"     both halves of a part
    make test-postgres ARGS="…"      the second half only
    make soak                        the long ones

The servers of the second half are private, started before Django reads its settings, and gone afterwards. Whatever
a test stores lies below var/tests, so a demo that is running is left alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.services_local import LocalPostgres, LocalRedis, NoService

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "var" / "tests"
NO_TESTS = 5
INTERRUPTED = 2
SQLITE = "not postgres and not soak"
POSTGRES = "(postgres or everywhere) and not soak"


@contextmanager
def corners(*, ahead: bool) -> Iterator[None]:
    """A folder for the corner of the sample district that browsers visit; `ahead`, it is loaded in the background."""
    folder = REPORTS / "corners"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["CORNERS"] = str(folder)
    if not ahead:
        yield
        return
    with (REPORTS / "corners.log").open("wb") as log:
        command = [sys.executable, "-m", "tests.journeys.corner", str(folder)]
        child = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield
    finally:
        child.terminate()
        child.wait()


@dataclass(frozen=True)
class Half:
    """How one run of pytest ended."""

    name: str
    code: int
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """A half without tests is no failure; both together must have some."""
        return self.code in {0, NO_TESTS}


def run(name: str, marks: str, words: list[str], *, workers: int, services: dict[str, str]) -> Half:
    """One run of pytest, its output passed through, its counts read from its report."""
    print(f"\n=== {name} ===", flush=True)
    report = REPORTS / f"{name.split(maxsplit=1)[0].lower()}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-m", marks, f"--junitxml={report}", "--durations=8"]
    if workers > 1:  # handed out in order: tests that empty the database come last, and stay last on each worker
        command += ["-n", str(workers), "--dist", "load", "--maxschedchunk", "2", "-p", "tests.workers"]
    stored = REPORTS / report.stem
    shutil.rmtree(stored, ignore_errors=True)
    stored.mkdir(parents=True)
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    env = {**kept, "VAR_DIR": str(stored), **services}
    start = time.monotonic()
    child = subprocess.Popen([*command, *words], cwd=ROOT, env=env)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        # The terminal has told pytest too; it wants to say what it had found so far.
        code = child.wait()
    return counted(Half(name, code, seconds=time.monotonic() - start), report)


def counted(half: Half, report: Path) -> Half:
    """The same half with the counts of its report; without a report it has failed before it began."""
    if not report.exists():
        return half
    suite = next(ET.parse(report).getroot().iter("testsuite")).attrib  # noqa: S314 - written by our own pytest
    failed = int(suite["failures"]) + int(suite["errors"])
    skipped = int(suite["skipped"])
    passed = int(suite["tests"]) - failed - skipped
    return Half(half.name, half.code, passed, failed, skipped, half.seconds)


def on_sqlite(words: list[str], workers: int) -> Half:
    """The first half."""
    return run("SQLite", SQLITE, words, workers=workers, services={})


def on_postgres(
    words: list[str], marks: str = POSTGRES, *, name: str = "PostgreSQL with Redis", workers: int = 1
) -> Half | None:
    """The second half; each worker has servers of its own. None where the machine has none."""
    given = {key: os.environ.get(key, "") for key in ("DATABASE_URL", "REDIS_URL")}
    if any(given.values()):
        workers = 1
    databases = [LocalPostgres(durable=False) for _worker in range(workers)]
    stores = [LocalRedis() for _worker in range(workers)]
    try:
        is_postgres = given["DATABASE_URL"].startswith("postgres")
        services = {
            "DATABASE_URL": [given["DATABASE_URL"]] if is_postgres else [one.start().url for one in databases],
            "REDIS_URL": [given["REDIS_URL"]] if given["REDIS_URL"] else [one.start().url for one in stores],
        }
        first = {key: urls[0] for key, urls in services.items()}
        every = {f"{key}S": " ".join(urls) for key, urls in services.items()}
        return run(name, marks, words, workers=workers, services=first | every)
    except NoService as missing:
        print(f"\n=== {name} ===\nLeft out: all of it: {missing}", flush=True)
        return Half(name, 1) if os.environ.get("REQUIRE_SERVICES", "") not in {"", "0"} else None
    finally:
        for server in (*stores, *databases):
            server.stop()


def soak(words: list[str]) -> list[Half]:
    """The long tests: parts of divided ones beside each other on SQLite, then the others on PostgreSQL."""
    workers = min(4, os.cpu_count() or 1)
    divided = run("Divided", "soak and divided", words, workers=workers, services={})
    if divided.code == INTERRUPTED:
        return [divided]
    whole = on_postgres(words, "soak and not divided", name="Whole", workers=min(2, workers))
    return [divided, whole] if whole else [divided]


def both(which: str, words: list[str]) -> list[Half]:
    """One half after the other; `which` names one alone."""
    halves: list[Half] = []
    cores = min(2, os.cpu_count() or 1)
    if which != "--postgres":
        # More workers than cores: who waits for a browser, a site of their own or a server leaves room for others.
        halves.append(on_sqlite(words, workers=2 * cores if cores > 1 else 1))
    if which != "--sqlite" and not (halves and halves[0].code == INTERRUPTED):
        second = on_postgres(words, workers=cores + 1 if cores > 1 else 1)
        halves += [second] if second else []
    return halves


def closing(halves: list[Half]) -> int:
    """The summary of all halves, one line each and one for all. Answers the exit code."""
    print("\n=== Together ===")
    for half in halves:
        state = "good" if half.good else f"FAILED (exit {half.code})"
        counts = f"{half.passed} passed, {half.failed} failed, {half.skipped} skipped"
        print(f"{half.name}: {counts} in {half.seconds:.0f} s: {state}")
    total = [sum(counts) for counts in zip(*((h.passed, h.failed, h.skipped) for h in halves), strict=True)]
    if not total:
        total = [0, 0, 0]
    print(f"\n{total[0]} passed, {total[1]} failed, {total[2]} skipped", flush=True)
    if not all(half.good for half in halves):
        return 1
    return 0 if sum(total) else NO_TESTS


def main(words: list[str]) -> int:
    """The command; see the module's docstring."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    REPORTS.mkdir(parents=True, exist_ok=True)
    which = words.pop(0) if words and words[0] in {"--sqlite", "--postgres", "--soak"} else ""
    with corners(ahead=not words and which != "--soak"):
        return closing(soak(words) if which == "--soak" else both(which, words))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
