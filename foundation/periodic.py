"""Jobs that come round by themselves. Each runs soon after the start and then every so many seconds, in one process.

A job must be idempotent: a new worker runs it again at its start.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from foundation.jobs import Election

log = structlog.get_logger(__name__)

CLOCK_LOCK = 7_301_003
LOOK_SECONDS = 1.0
Job = Callable[[], object]


@dataclass(slots=True)
class Periodic:
    """One registered job."""

    name: str
    seconds: float
    run: Job
    due_at: float = 0.0


jobs: dict[str, Periodic] = {}


def every(seconds: float, *, name: str = "") -> Callable[[Job], Job]:
    """Register a job of some app's `jobs.py`."""

    def register(function: Job) -> Job:
        known = name or f"{function.__module__}.{function.__name__}"
        if known in jobs and jobs[known].run is not function:
            raise RuntimeError(f"two periodic jobs are called {known}")
        jobs[known] = Periodic(known, seconds, function)
        return function

    return register


def run_due(moment: float | None = None) -> list[str]:
    """Run what is due; returns the names. One that fails is logged and does not stop the others."""
    now = time.monotonic() if moment is None else moment
    ran = []
    for job in list(jobs.values()):
        if job.due_at > now:
            continue
        job.due_at = now + job.seconds
        ran.append(job.name)
        try:
            job.run()
        except Exception as error:
            log.exception("periodic job failed", job=job.name, error=str(error))
    return ran


def run_clock(stop: threading.Event) -> None:
    """Run due jobs until told to stop, in one process at a time (advisory lock)."""
    election = Election(CLOCK_LOCK)
    while not stop.wait(LOOK_SECONDS):
        try:
            if election.is_won():
                run_due()
        except Exception as error:
            log.warning("clock interrupted", error=str(error))
            election.resign()
            stop.wait(2)
    election.resign()
