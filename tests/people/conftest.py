"""Somebody with a trace in every table that tells of people."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from events.gatherings.models import Event, SignUp
from events.tasks.models import CheckIn
from foundation import clock, streams
from foundation.actors import SYSTEM
from foundation.jobs import relay_once
from rewards.benefits.models import Benefit, BenefitPackage, Entitlement, RefusalReport
from rewards.points.services import award_points
from tests.cast import SINCE, Cast
from tests.tasks.conftest import make_task
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Gender, Person
from volunteers.people.services import give_consent
from volunteers.units.models import Appointment, Level, Role, Unit

NAME = "金丝雀"
PHONE = "15488880001"
WORDS = "我家的金丝雀丢了"
CANARIES = (NAME, PHONE, WORDS, "jinsique", "群众乙", "云溪布厂", "微信里的她")


@dataclass
class Trace:
    """The person, the account, and the files they left."""

    person: Person
    user: User
    photo: Path


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#77aa88").save(out, "JPEG")
    return out.getvalue()


def relay() -> None:
    """Hand on everything that waits."""
    while relay_once():
        pass


def end_roles(person: Person) -> None:
    """Yesterday was the last day."""
    Appointment.objects.filter(person=person).update(ends_on=clock.today() - dt.timedelta(days=1))


def make_trace(cast: Cast) -> Trace:
    """Through the services where they are quick, else as they would write it."""
    person = Person(name=NAME, gender=Gender.FEMALE, born_on=dt.date(1958, 3, 1), political_status="群众乙")
    person.set_phone(PHONE)
    person.save()
    user = User.objects.create_user(f"p{person.uid.hex[:16]}", person=person)
    area = _own_area(cast)
    Appointment.objects.create(
        person=person, role=Role.AREA_LEADER, unit=area, starts_on=SINCE, employer="云溪布厂", ended_reason=WORDS
    )  # fmt: skip
    Resident.objects.create(
        person=person, neighbourhood=cast.neighbourhood, state="confirmed", confirmed_at=clock.now()
    )
    give_consent(person=person, document="residents", channel="self", acting_user=user)
    check_in = CheckIn.objects.create(
        id=uuid.uuid4(), task=make_task(cast), person=person, unit=area, role=Role.AREA_LEADER, state="confirmed",
        answer="done", note=WORDS, photo=ContentFile(jpeg(), "canary.jpg"), place={"lat": 30.123, "lng": 104.123},
        fingerprint="0" * 64,
    )  # fmt: skip
    award_points(
        person_id=person.pk, rule="task_done", points=5, source_key="canary", reason="任务", unit_id=area.pk,
        acting_user=SYSTEM,
    )  # fmt: skip
    _sign_up(cast, person)
    _benefit(cast, person)
    payload: dict[str, Any] = {"title": f"{NAME}打卡了", "body": WORDS, "url": "/", "icon": "task"}
    streams.publish(streams.person_key(person.pk), kind="task", payload=payload)
    streams.publish(streams.unit_key(cast.community.pk), kind="task", payload={**payload, "body": f"谢谢{NAME}"})
    assert check_in.photo.path
    return Trace(person, user, Path(check_in.photo.path))


def _own_area(cast: Cast) -> Unit:
    cast.community.refresh_from_db()
    area: Unit = cast.community.add_child(level=Level.AREA, name="第9片区", starts_on=SINCE)
    return area


def _sign_up(cast: Cast, person: Person) -> None:
    start = clock.now() + dt.timedelta(days=2)
    event = Event.objects.create(
        unit=cast.community, title="磨刀", place="门口", starts_at=start, ends_at=start + dt.timedelta(hours=2)
    )
    SignUp.objects.create(id=uuid.uuid4(), event=event, person=person, fingerprint="0" * 64)


def _benefit(cast: Cast, person: Person) -> None:
    dates = {"starts_on": SINCE, "ends_on": clock.today() + dt.timedelta(days=60)}
    package = BenefitPackage.objects.create(name="优惠包", unit=cast.community, **dates)
    benefit = Benefit.objects.create(
        package=package, kind="life", name="理发", value_text="8 折", state="live", **dates
    )
    Entitlement.objects.create(benefit=benefit, person=person, unit=cast.area, state="claimed")
    RefusalReport.objects.create(id=uuid.uuid4(), benefit=benefit, person=person, words=WORDS, fingerprint="0" * 64)


@pytest.fixture
def trace(cast: Cast, tmp_path: Path, settings: Any) -> Trace:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.TOMBSTONES = tmp_path / "tombstones.jsonl"
    return make_trace(cast)
