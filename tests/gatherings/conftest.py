"""An event of the cast's community."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from cms.services import write_event
from events.gatherings.models import Event
from events.gatherings.services import Plan
from tests.cast import Cast


def make_event(cast: Cast, **fields: Any) -> Event:
    """Announce an event with its page, as the community worker of the cast."""
    starts_at = timezone.now() + dt.timedelta(days=2)
    values: dict[str, Any] = {"title": "邻里包饺子", "place": "社区食堂", "starts_at": starts_at}
    values |= {"ends_at": starts_at + dt.timedelta(hours=3), "capacity": 50}
    page = write_event(
        unit=cast.community, plan=Plan(**(values | fields)), summary="人来就行。", acting_user=cast.worker
    )
    return Event.objects.select_related("unit").get(uid=page.uid)


@pytest.fixture
def event(cast: Cast) -> Event:
    return make_event(cast)


@pytest.fixture
def new_event(cast: Cast) -> Callable[..., Event]:
    return lambda **fields: make_event(cast, **fields)
