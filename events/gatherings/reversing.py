"""Hours that staff take back from the pages of points or of service: the whole of it, not only one line or record."""

from __future__ import annotations

from events.gatherings.hours import take_back
from events.gatherings.models import Attendance
from foundation.actors import Actor
from rewards.honours.models import ServiceRecord
from rewards.honours.withdrawing import withdraws
from rewards.points.models import Transfer
from rewards.points.reversing import takes_back
from rewards.points.services import reverse_transfer


@takes_back("event")
def take_back_by_line(line: Transfer, reason: str, acting_user: Actor) -> None:
    """As on the page of the event. A line of which no attendance is kept any more is taken back alone."""
    attendance = _attendance_of(line.source_key)
    if attendance is None:
        reverse_transfer(transfer=line, reason=reason, acting_user=acting_user)
    else:
        take_back(attendance=attendance, reason=reason, acting_user=acting_user)


@withdraws("event")
def take_back_by_record(record: ServiceRecord, reason: str, acting_user: Actor) -> None:
    """The same from the record of service; the points go back too where no attendance is kept any more."""
    attendance = _attendance_of(record.source_key)
    if attendance is not None:
        take_back(attendance=attendance, reason=reason, acting_user=acting_user)
    elif line := Transfer.objects.filter(source_key=record.source_key).first():
        reverse_transfer(transfer=line, reason=reason, acting_user=acting_user)


def _attendance_of(source_key: str) -> Attendance | None:
    _sort, event_uid, person_id, *turn = source_key.split(":")
    rows = Attendance.objects.filter(event__uid=event_uid, person_id=person_id, turn=turn[0] if turn else 1)
    return rows.select_related("event", "unit").first()
