"""What the residents agreed to, a few requests about personal data, a few opened numbers."""

from __future__ import annotations

import datetime as dt
import uuid

from config.demo.personas import GROUP_LEADER, HOME_COMMUNITY, LEADER, WORKER
from config.demo.when import Calendar
from foundation import audit
from foundation.working_days import after_working_days
from volunteers.homes.models import Resident
from volunteers.people.documents import LOCATION, PHOTO, RESIDENTS, document
from volunteers.people.models import Channel, Consent, Person, PersonalRequest, PhoneReveal
from volunteers.units.models import THREE_HEADS, Appointment, Unit

Kind, State = PersonalRequest.Kind, PersonalRequest.State

REQUESTS: tuple[tuple[int, str, str, str, str, str], ...] = (
    # days ago, what, how it stands, how it came, what was said, what was answered
    (2, Kind.CORRECT, State.ASKED, Channel.SELF, "名字里的“蓝”应该是“兰”", ""),
    (5, Kind.COPY, State.ASKED, Channel.COUNTER, "想看看都登记了些什么", ""),
    (9, Kind.OBJECT, State.ASKED, Channel.PAPER, "公示栏里不要写我的名字", ""),
    (24, Kind.COPY, State.DONE, Channel.SELF, "", ""),
    (31, Kind.CORRECT, State.DONE, Channel.COUNTER, "出生年月写错了一个月", "核对以后改好了"),
    (40, Kind.DELETE, State.REFUSED, Channel.PAPER, "不想当邻长了", "要先卸任，已经电话告诉本人怎么办"),
)


def load_privacy(calendar: Calendar) -> tuple[int, int]:
    """Returns how many consents and how many requests."""
    _reveals(calendar)
    return _consents(calendar), _requests(calendar)


def _consents(calendar: Calendar) -> int:
    """Everybody on the roll agreed to be on it; some leaders to photos, one took the place back."""
    rows = [
        _consent(person_id, RESIDENTS, asked_at, how == "self")
        for person_id, asked_at, how in Resident.objects.values_list("person_id", "asked_at", "how").iterator()
    ]
    leaders = Appointment.objects.active().of_roles(THREE_HEADS).filter(unit__path__startswith=_home().path)
    people = list(leaders.order_by("pk").values_list("person_id", flat=True).distinct()[:40])
    rows += [_consent(pk, PHOTO, calendar.at(20, 9, n), is_self=True) for n, pk in enumerate(people)]
    first = Person.objects.by_phone(LEADER.phone).get()
    rows += [_consent(first.pk, LOCATION, calendar.at(19, 10), is_self=True)]
    rows += [_consent(first.pk, LOCATION, calendar.at(6, 18), is_self=True, is_given=False)]
    return len(Consent.objects.bulk_create(rows, batch_size=2000))


def _consent(person_id: int, name: str, at: dt.datetime, is_self: bool, is_given: bool = True) -> Consent:
    wording = document(name)
    return Consent(
        person_id=person_id,
        document=name,
        version=wording.version,
        wording_sha256=wording.sha256,
        purpose=wording.purpose,
        is_given=is_given,
        channel=Channel.SELF if is_self else Channel.PROXY,
        at=at,
    )


def _home() -> Unit:
    found: Unit = Unit.objects.get(level="community", name=HOME_COMMUNITY)
    return found


def _requests(calendar: Calendar) -> int:
    home = _home()
    worker = Person.objects.by_phone(WORKER.phone).get()
    held = Appointment.objects.active().of_roles(THREE_HEADS).filter(unit__path__startswith=home.path)
    known = [LEADER.phone, GROUP_LEADER.phone]
    others = held.exclude(person__in=[Person.objects.by_phone(phone).get() for phone in known])
    for (days, kind, state, channel, words, answer), one in zip(REQUESTS, others.order_by("pk")[3:], strict=False):
        asked_at = calendar.at(days, 10, days)
        answered_at = None if state == State.ASKED else calendar.at(days - 3, 15)
        PersonalRequest.objects.create(
            uid=uuid.UUID(int=calendar.rng.getrandbits(128), version=4),
            person_id=one.person_id,
            unit=home,
            kind=kind,
            state=state,
            channel=channel,
            words=words,
            reason=answer,
            asked_at=asked_at,
            answered_at=answered_at,
            answered_by=worker.user if answered_at else None,
            due_on=after_working_days(asked_at.date(), 15),
        )
    return len(REQUESTS)


def _reveals(calendar: Calendar) -> None:
    """The group leader called her neighbour leaders."""
    caller = Person.objects.by_phone(GROUP_LEADER.phone).get()
    leader = Person.objects.by_phone(LEADER.phone).get()
    for days in (3, 17):
        row = PhoneReveal.objects.create(person=leader, by=caller, why="说说空缺的事", at=calendar.at(days, 9, 40))
        audit.record(actor=caller.user, act="phone.reveal", obj=leader, unit_id=row.unit_id, reason=row.why)
