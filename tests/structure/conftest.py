"""A community with one area of 24 neighbourhoods, as in scenario A11, and midnight at will."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.cast import SINCE, Cast
from volunteers.people.models import Person
from volunteers.structure import services
from volunteers.structure.models import StructureChange
from volunteers.units.models import Appointment, Level, Role, Unit

THE_20TH = dt.datetime(2026, 11, 20, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
THE_30TH, THE_1ST = dt.date(2026, 11, 30), dt.date(2026, 12, 1)
Travel = Callable[..., None]


@dataclass
class Village:
    """The area of the cast, grown to three groups of eight neighbourhoods, each with a leader."""

    cast: Cast
    groups: list[Unit] = field(default_factory=list)
    homes: list[Unit] = field(default_factory=list)

    def sides(self, away: int) -> dict[str, int]:
        """The last so many neighbourhoods go to the new area."""
        stay = len(self.homes) - away
        return {str(home.uid): int(place >= stay) for place, home in enumerate(self.homes)}

    def split_plan(self, away: int = 10, **more: Any) -> dict[str, Any]:
        """As a draft stores it."""
        return {"sides": [{"name": "第2片区"}], "members": self.sides(away), **more}


def below(parent: Unit, level: Level, name: str, **fields: Any) -> Unit:
    """A new unit below another one."""
    fresh = Unit.objects.get(pk=parent.pk)
    child: Unit = fresh.add_child(level=level, name=name, starts_on=SINCE, **fields)
    return child


def appoint(name: str, role: Role, unit: Unit) -> Appointment:
    """Somebody new holds a role."""
    person = Person.objects.create(name=name)
    return Appointment.objects.create(person=person, role=role, unit=unit, starts_on=SINCE)


@pytest.fixture
def travel() -> Iterator[Travel]:
    """The clock stands at ten in the morning of 20 November 2026, and goes where it is told."""
    with time_machine.travel(THE_20TH, tick=False) as traveller:

        def go(day: dt.date, hour: int = 8) -> None:
            traveller.move_to(timezone.make_aware(dt.datetime.combine(day, dt.time(hour))))

        yield go


def make_village(cast: Cast) -> Village:
    """Grow the cast's area."""
    village = Village(cast, [cast.group])
    village.groups += [below(cast.area, Level.GROUP, f"第{n}组") for n in (2, 3)]
    for number, group in enumerate(village.groups, start=1):
        for place in range(1, 9):
            name = f"1-{number}-{place}邻"
            home = Unit.objects.filter(path__startswith=group.path, name=name).first()
            if home is None:
                home = below(group, Level.NEIGHBOURHOOD, name, households_declared=10)
                appoint(f"邻{number}{place}", Role.NEIGHBOUR_LEADER, home)
            village.homes.append(home)
    return village


@pytest.fixture
def village(travel: Travel, cast: Cast) -> Village:
    """In a test's own transaction."""
    return make_village(cast)


def draft(kind: str, unit: Unit, plan: dict[str, Any], by: Any, day: dt.date = THE_1ST) -> StructureChange:
    """A draft."""
    return services.draft_change(
        uid=uuid.uuid4(), kind=kind, unit=unit, in_force_on=day, why="户数太多", plan=plan, acting_user=by
    )


def approved(kind: str, unit: Unit, plan: dict[str, Any], cast: Cast, day: dt.date = THE_1ST) -> StructureChange:
    """Drafted by the street, approved by the district."""
    change = draft(kind, unit, plan, cast.street_clerk, day)
    services.record_consultation(change=change, note="开了居民议事会，大家同意。", acting_user=cast.street_clerk)
    return services.approve_change(change=change, acting_user=cast.district_clerk)
