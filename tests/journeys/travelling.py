"""The site at another time: `python -m tests.journeys.travelling 2026-12-01T00:00:10+08:00 --port 8001 …`.

Runs uvicorn on SQLite as `make run` does, with the process's clock moved; it goes on ticking from there.
"""

from __future__ import annotations

import datetime as dt
import sys

import time_machine
import uvicorn


def main(moment: str, words: list[str]) -> None:
    """Serve until stopped."""
    with time_machine.travel(dt.datetime.fromisoformat(moment), tick=True):
        uvicorn.main.main(args=["config.asgi:application", *words], standalone_mode=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
