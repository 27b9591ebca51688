"""The baseline as an app."""

from __future__ import annotations

from django.apps import AppConfig


class NaiveConfig(AppConfig):
    """Tables come from `run_syncdb`."""

    name = "tests.speed.naive"
    label = "naive"
