"""Settings of roles held: how long a public notice and a term last, how many homes a leader looks after; calendar."""

from __future__ import annotations

import datetime as dt

import environ

_env = environ.Env()

# Working days of a candidate's public notice.
POSTS_NOTICE_DAYS = _env.int("POSTS_NOTICE_DAYS", default=5)
# Months of a term; 0: without an end.
POSTS_TERM_MONTHS = _env.int("POSTS_TERM_MONTHS", default=36)
# How many days before the end of a term staff are told, once.
POSTS_TERM_WARN_DAYS = _env.int("POSTS_TERM_WARN_DAYS", default=60)
# A neighbourhood looks after so many households; what lies outside is listed.
POSTS_HOUSEHOLDS_FEWEST = _env.int("POSTS_HOUSEHOLDS_FEWEST", default=5)
POSTS_HOUSEHOLDS_MOST = _env.int("POSTS_HOUSEHOLDS_MOST", default=15)

# Public holidays, and weekends worked instead (调休): days as 2026-10-01.
HOLIDAYS = frozenset(dt.date.fromisoformat(day) for day in _env.list("HOLIDAYS", default=[]))
EXTRA_WORKING_DAYS = frozenset(dt.date.fromisoformat(day) for day in _env.list("EXTRA_WORKING_DAYS", default=[]))
