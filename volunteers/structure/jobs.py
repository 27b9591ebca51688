"""What comes round by itself: changes enter into force at midnight."""

from __future__ import annotations

from foundation.periodic import every
from volunteers.structure.services import enter_due


@every(60)
def enter_changes() -> None:
    """Within a minute of midnight, or of the start of a worker that was down then."""
    enter_due()
