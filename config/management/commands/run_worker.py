"""`manage.py run_worker`: the outbox relay, the clock and the queued tasks, until SIGTERM."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from foundation.worker import Background


class Command(BaseCommand):
    """Background work. Several may run: relay and clock are elected by advisory lock, tasks are claimed one by one."""

    help = "Run the outbox relay, the clock and the queued tasks until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the threads, wait for a signal, end in good order; a second signal ends at once."""
        asked = threading.Event()

        def end(number: int, _frame: object) -> None:
            if asked.is_set():
                os._exit(128 + number)
            asked.set()

        for known in (signal.SIGTERM, signal.SIGINT):
            signal.signal(known, end)
        background = Background()
        background.start()
        self.stdout.write("The worker is at work.")
        while not asked.wait(1.0):
            if dead := [thread.name for thread in background.threads if not thread.is_alive()]:
                unexpected = [name for name in dead if name != "run_tasks"]
                if unexpected:
                    self.stderr.write(f"ended by itself: {', '.join(unexpected)}")
                    break
        if not background.stop():
            self.stderr.write("Something was still under way; it will be done again.")
