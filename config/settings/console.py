"""How much may be taken out of the console as files."""

from __future__ import annotations

import environ

_env = environ.Env()

# Rows of one export, masked; rows in full that one account may take on one day.
EXPORT_ROWS = _env.int("EXPORT_ROWS", default=200_000)
EXPORT_FULL_ROWS = _env.int("EXPORT_FULL_ROWS", default=500)
