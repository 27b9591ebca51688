"""What comes round by itself: files nobody confirmed do not lie about."""

from __future__ import annotations

from foundation.periodic import every
from volunteers.atlas.services import forget_files


@every(3600)
def forget_outline_files() -> None:
    """A preview is dropped after a day."""
    forget_files()
