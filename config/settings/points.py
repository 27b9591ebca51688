"""Settings of awards made by hand: how much a budget may hold, how many awards are looked at again."""

from __future__ import annotations

import environ

_env = environ.Env()

# Points that a unit's budget for awards made by hand may hold.
POINTS_BUDGET_MOST = _env.int("POINTS_BUDGET_MOST", default=5000)
# Of last month's approved awards so many per cent are looked at again, in each community at least so many.
POINTS_SAMPLE_PERCENT = _env.int("POINTS_SAMPLE_PERCENT", default=5)
POINTS_SAMPLE_AT_LEAST = _env.int("POINTS_SAMPLE_AT_LEAST", default=3)
