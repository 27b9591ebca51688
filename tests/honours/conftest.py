"""What the tests of honours start from."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from rewards.honours import services
from rewards.honours.models import ServiceRecord
from tests.cast import Cast, person_of
from volunteers.accounts.models import User


def at(year: int, month: int, day: int, hour: int = 9) -> dt.datetime:
    """An instant where the district is."""
    return dt.datetime(year, month, day, hour, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def served(cast: Cast) -> Callable[..., ServiceRecord]:
    """Writes one record of service, vouched for by the group leader."""

    def make(user: User | None = None, minutes: int = 90, **values: object) -> ServiceRecord:
        told = {"project": "邻里节布置", "started_at": at(2026, 3, 5), "source_key": f"test:{uuid.uuid4()}"} | values
        told.setdefault("unit_id", cast.neighbourhood.pk)
        told.setdefault("acting_user", cast.group_leader)
        person_id = person_of(user or cast.leader).pk
        return services.record_hours(person_id=person_id, minutes=minutes, **told)  # type: ignore[arg-type]

    return make
