"""Things happen in the order in which they happened, so that streams count them in that order."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

from foundation.models import Notification, OutboxMessage

Happening = Callable[[], None]


class Timeline:
    """Collects what happened when; `run` lets it happen through the real services and dates what they wrote."""

    def __init__(self) -> None:
        self._order = itertools.count()
        self._plan: list[tuple[dt.datetime, int, Happening]] = []

    def add(self, moment: dt.datetime, happening: Happening) -> None:
        """Something happened at that instant."""
        self._plan.append((moment, next(self._order), happening))

    def run(self) -> int:
        """Let everything happen, oldest first; returns how many things did."""
        plan, self._plan = sorted(self._plan), []
        for moment, _, happening in plan:
            newest = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            happening()
            Notification.objects.filter(pk__gt=newest).update(created_at=moment)
        return len(plan)


def forget_pokes() -> None:
    """Nobody was connected eight weeks ago: what the services left in the outbox needs no sending."""
    OutboxMessage.objects.all().delete()
