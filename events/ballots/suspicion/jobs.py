"""What comes round by itself: open boxes are looked over again for crowded devices."""

from __future__ import annotations

from events.ballots.suspicion import matters
from foundation.periodic import every


@every(60)
def look_at_open_boxes() -> None:
    """Each minute; running again changes nothing."""
    matters.look_at_open_boxes()
