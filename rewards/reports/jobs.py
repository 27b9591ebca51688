"""What comes round by itself: months are added up as their days settle."""

from __future__ import annotations

from foundation.periodic import every
from rewards.points.seals import Midnight
from rewards.reports.rollup import POINTS, USES, roll_up

_midnight = Midnight()


@every(60)
def add_months_up() -> None:
    """A month of each table at a time, so that nothing else waits for long."""
    if day := _midnight.passed():
        for table in (POINTS, USES):
            roll_up(table, before=day)
