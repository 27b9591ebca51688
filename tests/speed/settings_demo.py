"""The same, for the one command that loads the sample district."""

from __future__ import annotations

from tests.speed.settings import *  # noqa: F403

DEMO = True
SECURE_HSTS_SECONDS = 0
