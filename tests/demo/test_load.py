"""The sample district as rows: everything that is written in bulk agrees with what the services would have written."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Max, Q, Sum

from config.demo.personas import GROUP_LEADER, LEADER, PERSONAS, WORKER
from events.tasks.models import CheckIn, CheckInState, Task, TaskState, TaskTally
from events.tasks.selectors import open_tasks_for, outcomes_for, waiting_for
from foundation import clock
from foundation.models import Notification, OutboxMessage, Stream
from rewards.benefits.models import Benefit, Entitlement, EntitlementState, VoucherUse
from rewards.points.models import AccountKind, PointsAccount
from volunteers.accounts.services import user_of_phone
from volunteers.units.models import Appointment, Level, Role, Unit

pytestmark = pytest.mark.django_db


def test_each_persona_has_something_to_do(demo: None) -> None:
    users = {one.key: user_of_phone(one.phone) for one in PERSONAS}
    assert all(users.values())
    leader, group = user_of_phone(LEADER.phone), user_of_phone(GROUP_LEADER.phone)
    assert leader
    assert group
    assert len(open_tasks_for(leader)) == 2
    assert len(outcomes_for(leader)) >= 3
    assert len(waiting_for(group)) == 4
    assert leader.person
    assert leader.person.points_account.balance > 15
    worker = user_of_phone(WORKER.phone)
    assert worker
    assert Task.objects.open().visible_to(worker).count() >= 4


def test_the_counters_of_tasks_agree_with_the_check_ins(demo: None) -> None:
    done = Q(state__in=[CheckInState.SUBMITTED, CheckInState.CONFIRMED])
    for tally in TaskTally.objects.select_related("community"):
        rows = CheckIn.objects.filter(task=tally.task_id, unit__path__startswith=tally.community.path)
        counted = rows.aggregate(
            done=Count("id", filter=done),
            confirmed=Count("id", filter=Q(state=CheckInState.CONFIRMED)),
            help=Count("id", filter=Q(needs_help=True)),
            declined=Count("id", filter=Q(state=CheckInState.DECLINED)),
        )
        assert counted == {name: getattr(tally, name) for name in counted}
        assert tally.done + tally.declined <= tally.asked


def test_every_balance_is_the_sum_of_its_lines(demo: None) -> None:
    accounts = PointsAccount.objects.filter(kind=AccountKind.PERSON)
    assert accounts.exists()
    call_command("verify_ledger", stdout=StringIO())
    earned = CheckIn.objects.filter(state=CheckInState.CONFIRMED).values("task__points")
    paid = accounts.aggregate(sum=Sum("received__points", filter=Q(received__rule="task_done")))
    assert paid["sum"] == earned.aggregate(sum=Sum("task__points"))["sum"]


def test_nothing_happens_in_the_future_and_streams_count_in_order(demo: None) -> None:
    now = clock.now()
    for row in CheckIn.objects.select_related("task"):
        assert row.task.published_at <= row.submitted_at <= now
        assert row.decided_at is None or row.submitted_at <= row.decided_at <= now
    assert not Task.objects.filter(published_at__gt=now).exists()
    assert not Task.objects.filter(state=TaskState.PUBLISHED, due_at__lt=now).exists()
    assert not Notification.objects.filter(created_at__gt=now).exists()
    for stream in Stream.objects.filter(key__startswith="u:"):
        entries = Notification.objects.filter(stream_key=stream.key).order_by("seq")
        dates = list(entries.values_list("created_at", flat=True))
        assert dates == sorted(dates)
        assert entries.aggregate(last=Max("seq"))["last"] == stream.head
    assert not OutboxMessage.objects.exists()


def test_the_check_up_is_full_and_she_is_third_in_line(demo: None) -> None:
    check_up = Benefit.objects.get(name="健康体检")
    places = Entitlement.objects.filter(benefit=check_up)
    assert places.exclude(state=EntitlementState.WAITING).count() == check_up.places == 50
    line = (
        places.filter(state=EntitlementState.WAITING).order_by("created_at").values_list("person__user__pk", flat=True)
    )
    leader = user_of_phone(LEADER.phone)
    assert leader
    assert list(line).index(leader.pk) == 2
    used = Entitlement.objects.annotate(uses=Count("vouchers__use"))
    assert not used.filter(benefit__renews="none").exclude(uses=F("used_count")).exists()
    assert VoucherUse.objects.count() > 50


def test_two_neighbourhoods_lost_their_leader_lately(demo: None) -> None:
    held = Appointment.objects.active().filter(role=Role.NEIGHBOUR_LEADER).values("unit_id")
    vacant = Unit.objects.at(Level.NEIGHBOURHOOD).exclude(pk__in=held)
    assert [unit.breadcrumb for unit in vacant] == [
        "青禾街道 · 桂花社区 · 第2片区 · 第4组 · 第3邻",
        "青禾街道 · 桂花社区 · 第2片区 · 第4组 · 第5邻",
    ]
