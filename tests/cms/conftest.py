"""Sections of the cast's units, and notices in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from cms.models import NoticePage
from cms.sections import sync_staff_groups
from cms.services import write_notice
from events.gatherings.services import Plan
from tests.cast import Cast


@pytest.fixture
def sections(cast: Cast) -> None:
    """Every unit with staff has its section."""
    sync_staff_groups()


@pytest.fixture
def new_notice(cast: Cast) -> Callable[..., NoticePage]:
    """Write a notice as the community worker of the cast."""

    def make(**fields: Any) -> NoticePage:
        arguments: dict[str, Any] = {
            "unit": cast.community,
            "title": "明天上午停水",
            "summary": "今晚接两桶水。",
            "paragraphs": ["小区的老水管要换阀门。"],
            "acting_user": cast.worker,
        }
        return write_notice(**(arguments | fields))

    return make


@pytest.fixture
def notice(new_notice: Callable[..., NoticePage]) -> NoticePage:
    return new_notice()


@pytest.fixture
def plan() -> Plan:
    """Dumplings for fifty, in two days."""
    starts_at = timezone.now() + dt.timedelta(days=2)
    return Plan(
        title="邻里包饺子",
        place="社区食堂",
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=3),
        capacity=50,
    )
