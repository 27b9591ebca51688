"""Who signed up for the events."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterable, Sequence

from config.demo.happenings import EventStory
from config.demo.people import BATCH, Ground
from config.demo.personas import GROUP_LEADER, LEADER, RESIDENT
from config.demo.when import Calendar
from events.gatherings.models import Event, SignUp, SignUpState
from foundation.idempotency import fingerprint
from volunteers.units.models import THREE_HEADS, Appointment

# Whom the pages show as having signed up; 小方 still has the dumplings before him.
COMING = {
    LEADER.key: ("急救课", "一起扫落叶", "楼道大扫除"),
    GROUP_LEADER.key: ("手机课",),
    RESIDENT.key: ("一起扫落叶",),
}


def fill_events(
    events: Iterable[tuple[EventStory, Event, dt.datetime]], ground: Ground, rng: random.Random, calendar: Calendar
) -> int:
    """Sign people up in bulk, and count them on each event; returns how many."""
    rows: list[SignUp] = []
    for story, event, announced in events:
        until = min(event.starts_at, calendar.now)
        people = _people(story, event, ground, rng)
        rows += (
            SignUp(
                id=uuid.uuid4(),
                event=event,
                person_id=person_id,
                state=SignUpState.SIGNED,
                fingerprint=fingerprint({"event": str(event.uid)}),
                at=calendar.between(announced, until),
            )
            for person_id in people
        )
        Event.objects.filter(pk=event.pk).update(signed_count=len(people))
    SignUp.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _people(story: EventStory, event: Event, ground: Ground, rng: random.Random) -> Sequence[int]:
    """Leaders and residents around the event; the demo's own people only where `COMING` says so."""
    if not story.needs_sign_up:
        return []
    heads = Appointment.objects.active().of_roles(THREE_HEADS).filter(unit__path__startswith=event.unit.path)
    own = {user.person_id for user in ground.users.values()}
    around = sorted(set(heads.values_list("person_id", flat=True)) | {person.pk for person in ground.residents})
    strangers = [person_id for person_id in around if person_id not in own]
    named = [
        user.person_id
        for key, titles in COMING.items()
        if (user := ground.users.get(key)) and user.person_id and story.title.startswith(titles)
    ]
    return [*named, *rng.sample(strangers, min(story.signed_up - len(named), len(strangers)))]
