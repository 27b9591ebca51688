"""No line of any log says who was at the ballot box, or from where (rule R15).

The front door is told the same in ops/deploy/nginx.conf; the servers that we start keep no access log. This is for
whoever starts one that does.
"""

from __future__ import annotations

import logging
import re

LOGGERS = ("uvicorn.access", "granian.access", "django.server", "django.request", "django.security.csrf")
_BOOTH = re.compile(r"/best/[0-9a-f-]{36}/(?:vote|counter)/|/api/ballots/")


class AwayFromTheBooth(logging.Filter):
    """Drops what mentions an address of the booth, unless it is an error of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is kept."""
        return record.levelno >= logging.ERROR or not _BOOTH.search(record.getMessage())


def keep_quiet() -> None:
    """Once a process."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(AwayFromTheBooth())
