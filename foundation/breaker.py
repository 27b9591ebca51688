"""Not asking again at once somebody who has just not answered."""

from __future__ import annotations

import time


class Breaker:
    """Remembers a failure for a while, so that the next callers need not wait for the same time-out."""

    def __init__(self, rest_seconds: float) -> None:
        self.rest_seconds = rest_seconds
        self._closed_until = 0.0

    def is_open(self) -> bool:
        """Whether a call may be tried."""
        return time.monotonic() >= self._closed_until

    def trip(self) -> None:
        """A call has failed: rest."""
        self._closed_until = time.monotonic() + self.rest_seconds

    def mend(self) -> None:
        """Try again at once."""
        self._closed_until = 0.0
