"""How a row of a list comes about where copying one is not enough: by name of the list, (world, number) → anything."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cms.services import write_event, write_notice
from events.gatherings.services import Plan
from foundation.actors import SYSTEM
from rewards.benefits.models import RefusalReport
from tests.console_lists.twins import twin
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Unit

Maker = Callable[[World, int], Any]


def _notice(world: World, number: int) -> Any:
    return write_notice(unit=world.cast.community, title=f"公告 {number}", summary="说明", acting_user=SYSTEM)


def _event(world: World, number: int) -> Any:
    starts = timezone.now() + dt.timedelta(days=1 + number)
    plan = Plan(title=f"活动 {number}", place="食堂", starts_at=starts, ends_at=starts + dt.timedelta(hours=2))
    return write_event(unit=world.cast.community, plan=plan, summary="说明", acting_user=SYSTEM)


def _employer(world: World, number: int) -> Any:
    post = twin(world.things["cadre", "community"])
    return Appointment.objects.filter(pk=post.pk).update(employer=f"第{number}单位")


def _street(world: World, number: int) -> Any:
    return twin(world.cast.street)


def _person(world: World, number: int) -> Any:
    return twin(Appointment.objects.get(person=world.cast.leader.person))


def _refusal(world: World, number: int) -> Any:
    return RefusalReport.objects.create(
        id=uuid.uuid4(), benefit=twin(world.things["benefit", "community"]), person=Person.objects.create(name="谁"),
        words=f"第 {number} 次", fingerprint="0" * 64,
    )  # fmt: skip


def _vacant(world: World, number: int) -> Any:
    return twin(world.cast.neighbourhood)


def _door(world: World, number: int) -> Any:
    return twin(world.things["household", "community"])


def _crowded(world: World, number: int) -> Any:
    return Unit.objects.filter(pk=_vacant(world, number).pk).update(households_declared=40)


MAKERS: dict[str, Maker] = {
    "console_notice_list": _notice,
    "console_event_list": _event,
    "console_cadre_employer_list": _employer,
    "console_cadre_list": _street,
    "console_person_list": _person,
    "console_refusal_list": _refusal,
    "console_vacancy_list": _vacant,
    "console_overload_list": _crowded,
    "console_door_list": _door,
}
