"""What a thing is worth, by the rules of its day; and never more in a month than the ceiling."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from events.tasks.checkins import Word, check_in, confirm_check_ins
from events.tasks.services import close_task
from foundation.actors import SYSTEM
from foundation.errors import Conflict
from foundation.models import Notification
from foundation.streams import person_key
from rewards.points import rules
from rewards.points.accounts import budget_account_id, system_account_id
from rewards.points.models import AccountKind, MonthEarned, PointsAccount, Rule, RuleState, RuleVersion
from rewards.points.selectors import balance_of, statement
from rewards.points.services import move_points, reverse_transfer
from tests.cast import Cast, person_of
from tests.points.making import Travel, given
from tests.tasks.conftest import make_task
from volunteers.accounts.models import User

NOVEMBER = dt.date(2026, 11, 20)


@pytest.mark.everywhere
def test_an_event_of_three_hours_counts_two_and_says_under_which_rule(cast: Cast) -> None:
    line = given(cast.leader, "event_hour", quantity=3, unit_id=cast.community.pk, acting_user=cast.worker)
    assert line is not None
    line.refresh_from_db()
    assert (line.points, line.quantity, line.rule, line.version_number) == (4, 2, "event_hour", 1)
    assert (line.actor_id, line.unit, line.by_staff) == (cast.worker.pk, cast.community, False)


@pytest.mark.everywhere
def test_a_month_gives_forty_and_the_next_begins_anew(cast: Cast, travel: Travel) -> None:
    travel(NOVEMBER)
    for number in range(3):
        given(cast.leader, "suggestion_adopted", f"idea:{number}")
    given(cast.leader, "dispute_settled", "dispute", points=9)
    last = given(cast.leader, "event_hour", "event:1", quantity=2)
    assert last is not None
    assert (last.points, last.quantity) == (1, 2)
    assert given(cast.leader, "event_hour", "event:2") is None
    month = statement(cast.leader.person_id).this_month
    assert (month.earned, month.ceiling, month.left) == (40, 40, 0)
    travel(dt.date(2026, 12, 1))
    assert given(cast.leader, "event_hour", "event:2") is not None
    assert balance_of(cast.leader.person_id) == 42


@pytest.mark.everywhere
def test_what_was_taken_back_may_be_earned_again_in_its_month(cast: Cast, travel: Travel) -> None:
    travel(NOVEMBER)
    line = given(cast.leader, "suggestion_adopted", "idea")
    assert line
    given(cast.leader, "hazard_found", "h", points=30)
    travel(dt.date(2026, 12, 2))
    given(cast.leader, "hazard_found", "h2", points=30)
    reverse_transfer(transfer=line, reason="录了两次", acting_user=cast.worker)
    rows = MonthEarned.objects.filter(person=person_of(cast.leader)).order_by("month")
    assert list(rows.values_list("points", flat=True)) == [30, 30]
    travel(NOVEMBER)
    again = given(cast.leader, "suggestion_adopted", "idea:2")
    assert again
    assert again.points == 10
    assert given(cast.leader, "suggestion_adopted", "idea:3") is None


def test_care_counts_eight_times_a_month(cast: Cast, travel: Travel) -> None:
    travel(NOVEMBER)
    lines = [given(cast.leader, "care_contact", f"care:{number}") for number in range(9)]
    assert [line.points if line else 0 for line in lines] == [1] * 8 + [0]
    first = lines[0]
    assert first
    reverse_transfer(transfer=first, reason="录了两次", acting_user=cast.worker)
    assert given(cast.leader, "care_contact", "care:9") is not None
    assert given(cast.leader, "care_contact", "care:10") is None


def test_what_the_rules_do_not_name_gives_nothing(cast: Cast) -> None:
    assert given(cast.leader, "opened_the_app") is None
    assert not PointsAccount.objects.filter(person=cast.leader.person).exists()


def test_a_new_version_holds_from_its_day_and_lines_keep_theirs(cast: Cast, travel: Travel) -> None:
    version = RuleVersion.objects.create(number=2, starts_on=dt.date(2026, 12, 1), state=RuleState.APPROVED, ceiling=50)
    Rule.objects.create(version=version, code="event_hour", label="活动", points=3, most_at_once=4)
    rules.forget()
    travel(dt.date(2026, 11, 30))
    before = given(cast.leader, "event_hour", "event:1", quantity=3)
    travel(dt.date(2026, 12, 1))
    after = given(cast.leader, "event_hour", "event:2", quantity=3)
    assert before
    assert after
    assert [(line.points, line.version_number) for line in (before, after)] == [(4, 1), (9, 2)]
    assert (rules.worth("event_hour", 9), rules.worth("event_hour", 9, dt.date(2026, 11, 30))) == (12, 4)
    assert given(cast.leader, "task_done", "task:1") is None
    assert statement(cast.leader.person_id).this_month.ceiling == 50


@pytest.mark.everywhere
def test_a_budget_never_falls_below_zero_and_takes_no_room_when_it_refuses(cast: Cast) -> None:
    budget = budget_account_id(cast.community.pk)
    move_points(
        from_account_id=system_account_id(AccountKind.ISSUING), to_account_id=budget, points=6, rule="budget",
        source_key="fill:1", reason="十一月预算", unit_id=cast.community.pk, acting_user=SYSTEM,
    )  # fmt: skip
    line = given(cast.leader, "dispute_settled", "d:1", from_account_id=budget, by_staff=True)
    assert line
    assert line.by_staff
    with pytest.raises(Conflict, match="预算不够"):
        given(cast.leader, "dispute_settled", "d:2", from_account_id=budget, by_staff=True)
    assert PointsAccount.objects.get(pk=budget).balance == 1
    assert MonthEarned.objects.get(person=person_of(cast.leader)).points == balance_of(cast.leader.person_id) == 5


def test_the_thanks_tell_the_points_really_given(cast: Cast, client_for: Callable[[User], Client]) -> None:
    given(cast.leader, "hazard_found", points=39)
    pages = []
    for _number in (1, 2):
        task = make_task(cast, points=2)
        row = check_in(id=uuid.uuid4(), task=task, word=Word("done"), acting_user=cast.leader)
        confirm_check_ins(ids=[row.pk], acting_user=cast.group_leader)
        assert balance_of(cast.leader.person_id) == 40
        close_task(task=task, title="楼道清了", story="大家一起搬的。", acting_user=cast.worker)
        pages.append(client_for(cast.leader).get(f"/tasks/{task.pk}/outcome/").content.decode())
    told = Notification.objects.filter(stream_key=person_key(person_of(cast.leader).pk), kind="confirmed")
    first, second = [row.payload["body"] for row in told.order_by("seq")]
    assert "+1，这个月已满 40 分" in first
    assert "+" not in second
    assert "这个月已满 40 分" in second
    assert ["积分 +1" in page for page in pages] == [True, False]


def test_a_task_is_worth_what_the_rules_say_unless_somebody_says_otherwise(cast: Cast) -> None:
    Rule.objects.filter(code="task_done").update(points=3)
    rules.forget()
    assert (make_task(cast).points, make_task(cast, points=1).points) == (3, 1)
