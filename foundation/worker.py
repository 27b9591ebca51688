"""The background work of one process: relay, clock, tasks, each in a thread of its own.

`manage.py run_worker` runs it in production, the demo's only process runs it beside its pages. Two workers are safe:
relay and clock are elected by an advisory lock, tasks are claimed row by row.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import connection
from django_tasks_db.management.commands.db_worker import Worker

from foundation import line, outbox
from foundation.jobs import run_relay
from foundation.periodic import run_clock

log = structlog.get_logger(__name__)

GRACE_SECONDS = 20.0


def run_tasks(stop: threading.Event) -> None:
    """Take queued tasks (django-tasks) one after another until told to stop; the one under way is finished."""
    if not settings.TASKS["default"]["BACKEND"].startswith("django_tasks_db"):
        return
    while not stop.is_set():
        worker = Worker(
            queue_names=["*"],
            interval=1.0,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{threading.get_native_id()}-{time.monotonic_ns()}",
            excluded_queue_names=[],
        )
        watcher = threading.Thread(target=_end_with, args=(worker, stop), daemon=True)
        watcher.start()
        try:
            worker.run()
        except Exception as error:
            log.warning("task worker interrupted", error=str(error))
            worker.running = False
            stop.wait(2)
    connection.close()


def _end_with(worker: Worker, stop: threading.Event) -> None:
    while worker.running and not stop.wait(0.5):
        pass
    worker.running = False


class Background:
    """Starts the threads and ends them in good order."""

    def __init__(self) -> None:
        self.stop_event = threading.Event()
        works: list[Callable[[threading.Event], None]] = [run_relay, run_clock, run_tasks]
        if settings.REDIS_URL:
            works.append(line.listen_for_hints)
        self.threads = [
            threading.Thread(target=work, args=(self.stop_event,), name=work.__name__, daemon=True) for work in works
        ]

    def start(self) -> None:
        """Begin; returns at once."""
        for thread in self.threads:
            thread.start()

    def stop(self, patience: float = GRACE_SECONDS) -> bool:
        """Ask all to end and wait; False when one did not within the patience (it ends with the process)."""
        self.stop_event.set()
        outbox.wake.set()
        until = time.monotonic() + patience
        for thread in self.threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self.threads)
