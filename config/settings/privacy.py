"""Settings of personal data: how long things are kept, how many numbers may be opened, from what age."""

from __future__ import annotations

from pathlib import Path

import environ

_env = environ.Env()

# Days, by the name of the rule (domain.md, section 6); see docs/personal-data.md.
RETENTION_DAYS: dict[str, int] = {
    "visits": 730,
    "cases": 1096,
    "audit": 1096,
    "reveals": 1096,
    "notifications": 90,
    "codes": 1,
    "counters": 2,
    "uploads": 1,
    "exports": 1,
    "places": 180,
    "photos": 730,
    "requests": 1096,
    "journals": 90,
    "proposals": 365,
    "collectors": 365,
    "arrivals": 60,
    "ballots": 183,
    **_env.json("RETENTION_DAYS", default={}),
}

# Numbers that one person may open in a day.
PHONE_REVEALS_A_DAY = _env.int("PHONE_REVEALS_A_DAY", default=50)
# Accounts and leaders are at least so old, in years.
ACCOUNT_AGE = _env.int("ACCOUNT_AGE", default=14)
LEADER_AGE = _env.int("LEADER_AGE", default=18)
# Working days in which a request about one's own data is answered.
PERSONAL_REQUEST_DAYS = _env.int("PERSONAL_REQUEST_DAYS", default=15)
# Where erasures are noted outside the database, so that they survive its restore. Empty: below VAR_DIR.
TOMBSTONES_FILE = _env.str("TOMBSTONES_FILE", default="")
TOMBSTONES: Path | None = Path(TOMBSTONES_FILE) if TOMBSTONES_FILE else None
