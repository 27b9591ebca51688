"""What the days bring by themselves: full years of service."""

from __future__ import annotations

from foundation.periodic import every
from rewards.honours import anniversaries


@every(3600)
def look_for_anniversaries() -> None:
    """Every hour, so that a day is noticed soon after midnight; running again changes nothing."""
    anniversaries.congratulate()
