"""What somebody reads of the own points: lines in words, what is held, what runs out, this month; nobody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rewards.points.selectors import statement
from rewards.points.services import reverse_transfer
from tests.cast import Cast
from tests.points.making import Travel, given
from tests.points.test_holds import hold
from volunteers.accounts.models import User
from volunteers.units.models import Appointment


@pytest.fixture
def autumn(cast: Cast, travel: Travel) -> Cast:
    """September: ten for duty. October: two events, one entered twice. November: a bag of rice set aside."""
    travel(dt.date(2024, 12, 1))
    given(cast.leader, "on_duty", "duty", reason="三季度在岗")
    travel(dt.date(2026, 10, 8))
    given(cast.leader, "event_hour", "event:1", quantity=2, reason="重阳敬老")
    travel(dt.date(2026, 10, 9))
    twice = given(cast.leader, "event_hour", "event:2", quantity=2, reason="重阳敬老")
    travel(dt.date(2026, 11, 2))
    assert twice
    reverse_transfer(transfer=twice, reason="录了两次", acting_user=cast.worker)
    travel(dt.date(2026, 11, 3))
    given(cast.leader, "hazard_found", "hazard", by_staff=True, reason="楼道电线老化")
    hold(cast, points=3)
    return cast


def test_every_line_says_what_when_how_many_and_why(autumn: Cast) -> None:
    told = statement(autumn.leader.person_id)
    assert [(line.reason, line.points, line.after, line.words) for line in told.lines] == [
        ("楼道电线老化", 5, 19, ["发现了隐患", "工作人员录入"]),
        ("录了两次", -4, 14, ["活动服务", "冲正"]),
        ("重阳敬老", 4, 18, ["活动服务", "已冲正"]),
        ("重阳敬老", 4, 14, ["活动服务"]),
        ("三季度在岗", 10, 10, ["季度在岗"]),
    ]
    assert [(month.first, month.earned, month.gone) for month in told.months] == [
        (dt.date(2026, 11, 1), 5, 4),
        (dt.date(2026, 10, 1), 8, 0),
        (dt.date(2024, 12, 1), 10, 0),
    ]


def test_it_says_what_is_free_what_runs_out_and_what_the_month_still_gives(autumn: Cast) -> None:
    told = statement(autumn.leader.person_id)
    assert (told.balance, told.held, told.spendable) == (19, 3, 16)
    assert [(one.points, one.reason) for one in told.holds] == [(3, "一袋米")]
    assert told.running_out == (7, dt.date(2026, 12, 1))  # three of the ten are held
    assert (told.this_month.earned, told.this_month.left) == (5, 35)
    assert told.usable_until is None
    Appointment.objects.filter(person=autumn.leader.person).update(ends_on=dt.date(2026, 11, 1))
    told = statement(autumn.leader.person_id)
    assert told.usable_until == dt.date(2027, 1, 30)


def test_it_costs_the_same_however_long_it_is(autumn: Cast) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert statement(autumn.leader.person_id).months
        return len(queries)

    statement(autumn.leader.person_id)
    few = count()
    for number in range(20):
        given(autumn.leader, "task_done", f"task:{number}")
    assert count() == few <= 9


def test_the_api_tells_the_same_and_only_the_own(autumn: Cast, client_for: Callable[[User], Client]) -> None:
    told = client_for(autumn.leader).get("/api/points/").json()
    assert (told["balance"], told["spendable"], told["held"]) == (19, 16, 3)
    assert told["lines"][1]["words"] == ["活动服务", "冲正"]
    assert told["running_out"] == {"points": 7, "on": "2026-12-01"}
    assert told["this_month"] == {"earned": 5, "ceiling": 40, "left": 35}
    for user in (autumn.leader2, autumn.group_leader, autumn.district_clerk):
        other = client_for(user).get("/api/points/", {"person": str(autumn.leader.person_id)}).json()
        assert (other["balance"], other["lines"], other["holds"]) == (0, [], [])
