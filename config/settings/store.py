"""The points store: how long what is reserved waits, and what one person may book alone."""

from __future__ import annotations

import environ

_env = environ.Env()

# Days for which reserved goods wait after the exchange day; twice as many where no day is planned.
STORE_KEEP_DAYS = _env.int("STORE_KEEP_DAYS", default=7)
# Differences of a stock-taking that are worth more, in fen, need a second person.
STORE_COUNT_ALONE_FEN = _env.int("STORE_COUNT_ALONE_FEN", default=5000)
