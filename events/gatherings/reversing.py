"""Hours that staff take back from the pages of points: the whole of it, not only the line of the ledger."""

from __future__ import annotations

from events.gatherings.hours import take_back
from events.gatherings.models import Attendance
from foundation.actors import Actor
from rewards.points.models import Transfer
from rewards.points.reversing import takes_back
from rewards.points.services import reverse_transfer


@takes_back("event")
def take_back_by_line(line: Transfer, reason: str, acting_user: Actor) -> None:
    """As on the page of the event. A line of which no attendance is kept any more is taken back alone."""
    _sort, event_uid, person_id, *turn = line.source_key.split(":")
    rows = Attendance.objects.filter(event__uid=event_uid, person_id=person_id, turn=turn[0] if turn else 1)
    attendance = rows.select_related("event", "unit").first()
    if attendance is None:
        reverse_transfer(transfer=line, reason=reason, acting_user=acting_user)
    else:
        take_back(attendance=attendance, reason=reason, acting_user=acting_user)
