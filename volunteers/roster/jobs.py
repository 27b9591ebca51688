"""What comes round by itself: uploads do not lie about."""

from __future__ import annotations

from foundation.periodic import every
from volunteers.roster.services import expire_uploads


@every(3600)
def forget_uploads() -> None:
    """A workbook that nobody confirmed is deleted after 24 hours."""
    expire_uploads()
