"""A vacant post in the cast's community, proposals for it, and days that pass."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.posts import proposals
from volunteers.posts.models import Proposal
from volunteers.units.models import Appointment

PHONE = "15488880001"
DAY = dt.timedelta(days=1)


def held_by(user: User, **fields: Any) -> Appointment:
    """The one appointment of somebody of the cast."""
    found: Appointment = Appointment.objects.select_related("unit", "person").get(person=person_of(user), **fields)
    return found


def vacate(cast: Cast, days_ago: int = 3) -> None:
    """周桂兰 moved away: her neighbourhood has nobody."""
    ended = timezone.localdate() - days_ago * DAY
    Appointment.objects.filter(unit=cast.neighbourhood).update(ends_on=ended, ended_reason="搬走了")


def make_proposal(cast: Cast, **fields: Any) -> Proposal:
    """The group leader proposes somebody for the vacant neighbourhood."""
    arguments: dict[str, Any] = {
        "uid": uuid.uuid4(),
        "unit": cast.neighbourhood,
        "name": "邓秀英",
        "phone": PHONE,
        "why": "住了二十年，大家都认识",
        "acting_user": cast.group_leader,
    }
    return proposals.propose(**(arguments | fields))


def make_vetted(cast: Cast, **fields: Any) -> Proposal:
    """Vetted by the community worker."""
    return proposals.vet(
        proposal=make_proposal(cast, **fields), agreed=True, born_on=dt.date(1962, 3, 1), acting_user=cast.worker
    )


def make_noticed(cast: Cast, **fields: Any) -> Proposal:
    """In public notice from today on."""
    return proposals.open_notice(proposal=make_vetted(cast, **fields), acting_user=cast.worker)


def run_out(proposal: Proposal) -> Proposal:
    """As if the notice had begun ten days ago and ended yesterday."""
    today = timezone.localdate()
    Proposal.objects.filter(pk=proposal.pk).update(notice_from=today - 10 * DAY, notice_until=today - DAY)
    return Proposal.objects.select_related("unit", "person").get(pk=proposal.pk)


def make_person(name: str = "邓秀英", phone: str = PHONE, born_on: dt.date | None = dt.date(1962, 3, 1)) -> Person:
    """Somebody the system knows."""
    person = Person(name=name, born_on=born_on)
    person.set_phone(phone)
    person.save()
    return person


@pytest.fixture
def vacancy(cast: Cast) -> Cast:
    """The cast, with the neighbourhood of 周桂兰 vacant."""
    vacate(cast)
    return cast


@pytest.fixture
def travel() -> Iterator[Callable[[str], None]]:
    """Be at noon of a day, where the district is."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:

        def to(day: str) -> None:
            traveller.move_to(dt.datetime.fromisoformat(f"{day}T12:00:00+08:00"))

        yield to
