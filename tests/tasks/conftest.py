"""A task that asks the neighbour leaders of the cast's community."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from events.tasks.models import Task
from events.tasks.services import post_task
from tests.cast import Cast


def make_task(cast: Cast, **fields: Any) -> Task:
    """Post a task as the community worker of the cast."""
    arguments: dict[str, Any] = {
        "id": uuid.uuid4(),
        "unit": cast.community,
        "title": "看看楼道有没有堆杂物",
        "why": "天干物燥，纸箱容易着火。",
        "targets": [cast.community],
        "roles": ["neighbour_leader"],
        "due_at": timezone.now() + dt.timedelta(days=3),
        "acting_user": cast.worker,
    }
    return post_task(**(arguments | fields))


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast)


@pytest.fixture
def new_task(cast: Cast) -> Callable[..., Task]:
    return lambda **fields: make_task(cast, **fields)
