"""A6 at the desk of points: somebody entered twice at an event loses one line, and the hours that came with it."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from events.gatherings.models import Attendance
from rewards.honours.selectors import hours_of
from rewards.points.models import Transfer
from rewards.points.selectors import balance_of
from tests.cast import Cast
from tests.gatherings.test_hours import confirm, over, signed
from volunteers.accounts.models import User


def test_a_line_of_an_event_is_taken_back_with_its_hours(cast: Cast, client_for: Callable[[User], Client]) -> None:
    event = over(cast)
    signed(event, cast.leader, cast.leader2)
    confirm(event, cast.worker, cast.leader, cast.leader2)
    line = Transfer.objects.get(to_account__person=cast.leader.person, rule="event_hour")
    client = client_for(cast.worker)
    url = f"/console/points/lines/{line.pk}/beside/"
    page = client.get(url).content.decode()
    assert "周桂兰" in page
    assert "马建国" in page
    client.post(url, {"uids": [line.pk], "reason": "那天她没来"})
    assert (balance_of(cast.leader.person_id), balance_of(cast.leader2.person_id)) == (0, 4)
    assert Attendance.objects.get(person=cast.leader.person).state == "withdrawn"
    assert not hours_of(cast.leader.person_id or 0).exists()
