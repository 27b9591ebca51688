"""Who came to the events that are over: confirmed in bulk, as the services would have written it.

The one that ended yesterday still waits, for the group leaders and for the community.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterable, Mapping

from config.demo.happenings import EventStory
from config.demo.ledger import Ledger
from config.demo.people import BATCH
from config.demo.when import Calendar
from events.gatherings.hours import RULE
from events.gatherings.models import Attendance, AttendanceState, Event, HoursBatch, How, SignUp, hours_in
from events.gatherings.places import places_of
from rewards.honours.models import ServiceRecord
from rewards.honours.services import role_in
from rewards.points.rules import worth
from volunteers.accounts.models import User

STILL_WAITS = dt.timedelta(days=3)
OF_TEN = 9
"""Of ten who sign up so many come."""


def confirm_events(
    events: Iterable[tuple[EventStory, Event, dt.datetime]],
    posters: Mapping[int, User],
    rng: random.Random,
    calendar: Calendar,
    ledger: Ledger,
) -> int:
    """Confirm the events that have been over for some days; returns how many hours there are now."""
    over = [event for _story, event, _at in events if event.ends_at < calendar.now - STILL_WAITS]
    return sum(_confirm(event, posters[event.unit_id], rng, calendar, ledger) for event in over)


def _confirm(event: Event, by: User, rng: random.Random, calendar: Calendar, ledger: Ledger) -> int:
    signed = list(SignUp.objects.current().filter(event=event).order_by("at").values_list("person_id", flat=True))
    who = {pk for pk in signed if pk != by.person_id}
    own = set(User.objects.filter(person_id__in=who).values_list("person_id", flat=True))
    others = sorted(who - own)
    came = sorted(own | set(rng.sample(others, len(others) * OF_TEN // 10)))
    at = calendar.after(event.ends_at, 6)
    batch = HoursBatch.objects.create(
        id=uuid.uuid4(), event=event, count=len(came), confirmed_by=by, fingerprint="0" * 64, at=at
    )
    batch.units.set([event.unit_id])
    places = places_of(came)
    rows = [
        Attendance(
            event=event, person_id=person_id, unit=(places[person_id] or [event.unit])[0], minutes=event.minutes,
            state=AttendanceState.CONFIRMED, how=How.STAFF, batch=batch, confirmed_by=by, confirmed_at=at,
        )
        for person_id in came
    ]  # fmt: skip
    Attendance.objects.bulk_create(rows, batch_size=BATCH)
    _reward(rows, by, at, ledger)
    return len(rows)


def _reward(rows: list[Attendance], by: User, at: dt.datetime, ledger: Ledger) -> None:
    """The lines of `award_points` and the records of `record_hours`."""
    for row in rows:
        hours = hours_in(row.minutes)
        points = worth(RULE, hours)
        ledger.award(
            person_id=row.person_id, rule=RULE, points=points, source_key=row.source_key, reason=row.event.title,
            unit_id=row.unit_id, at=at, actor_id=by.pk, quantity=points // worth(RULE),
        )  # fmt: skip
    ServiceRecord.objects.bulk_create(
        (
            ServiceRecord(
                person_id=row.person_id, project=row.event.title, started_at=row.event.starts_at, minutes=row.minutes,
                unit_id=row.unit_id, source_key=row.source_key, certifier_id=by.person_id,
                certifier_role=role_in(by, row.unit), at=at,
            )
            for row in rows
        ),
        batch_size=BATCH,
    )  # fmt: skip
