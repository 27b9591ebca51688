"""Points given, lines found, days travelled to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from foundation.actors import SYSTEM
from foundation.models import Notification
from foundation.streams import person_key
from rewards.points.models import Transfer
from rewards.points.posting import zone
from rewards.points.services import award_points
from tests.cast import person_of
from volunteers.accounts.models import User

Travel = Callable[..., dt.datetime]


def given(user: User, rule: str = "task_done", source: str = "x:1", **more: Any) -> Transfer | None:
    """An award to somebody of the cast."""
    asked = {"reason": "看楼道", "unit_id": None, "acting_user": SYSTEM} | more
    return award_points(person_id=person_of(user).pk, rule=rule, source_key=source, **asked)


def earned(user: User, points: int) -> None:
    """So many points this month already, by the rules."""
    for rule, worth in (("suggestion_adopted", 10), ("dispute_settled", 5), ("case_fixed", 3), ("task_done", 1)):
        while points >= worth:
            given(user, rule, f"earned:{user.pk}:{points}")
            points -= worth


def lines_of(user: User) -> list[tuple[str, int]]:
    """Rule and points of every line that somebody got, oldest first."""
    rows = Transfer.objects.filter(to_account__person=person_of(user)).order_by("at", "source_key")
    return list(rows.values_list("rule", "points"))


def messages_to(user: User) -> list[tuple[str, str]]:
    """Kind and title of what reached somebody in person."""
    rows = Notification.objects.filter(stream_key=person_key(person_of(user).pk)).order_by("seq")
    return [(row.kind, row.payload["title"]) for row in rows]


def noon(day: dt.date) -> dt.datetime:
    """Twelve o'clock where the district is."""
    return dt.datetime.combine(day, dt.time(12), zone())
