"""A community worker offers work to leaders."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone, translation

from events.tasks.models import Task, TaskTally
from foundation.errors import Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, Notification
from tests.cast import Cast
from tests.tasks.conftest import make_task
from volunteers.accounts.models import User


def test_a_task_is_one_row_and_one_entry_however_many_it_reaches(cast: Cast) -> None:
    task = make_task(cast)
    assert Task.objects.count() == 1
    entry = Notification.objects.get(kind="task")
    assert entry.stream_key == f"u:{cast.community.pk}"
    assert entry.roles == ["neighbour_leader"]
    assert TaskTally.objects.get(task=task).asked == 2
    assert AuditEntry.objects.get(act="task.post").actor_id == cast.worker.pk


def test_the_same_id_twice_is_one_task_and_another_content_is_refused(cast: Cast) -> None:
    id_, due = uuid.uuid4(), timezone.now() + dt.timedelta(days=1)
    first = make_task(cast, id=id_, due_at=due)
    assert make_task(cast, id=id_, due_at=due) == first
    with pytest.raises(DifferentBody):
        make_task(cast, id=id_, due_at=due, title="别的事")
    assert Task.objects.count() == 1


def test_only_staff_post_and_only_where_they_work(cast: Cast) -> None:
    make_task(cast)
    for user in (cast.leader, cast.group_leader, cast.area_leader, cast.other_worker, cast.stranger, cast.officer):
        with pytest.raises(Denied):
            make_task(cast, acting_user=user)
    with pytest.raises(Denied):
        make_task(cast, targets=[cast.other_community])


def test_a_task_without_audience_or_in_the_past_is_refused_with_words(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        make_task(cast, targets=[cast.community], roles=["resident"], due_at=timezone.now() - dt.timedelta(hours=1))
    assert set(refused.value.errors) == {"roles", "due_at"}


def test_the_form_posts_from_a_phone_and_says_how_many_it_reaches(
    cast: Cast, client_for: Callable[[User], Client]
) -> None:
    client = client_for(cast.worker)
    asked = {"targets": str(cast.community.uid), "roles": "neighbour_leader", "minutes": "30"}
    reach = client.get("/tasks/new/reach/", asked)
    assert "2 位" in reach.content.decode()
    form = {
        "id": uuid.uuid4(), "title": "看看消防栓", "minutes": 2, "points": 1, "evidence": "none",
        "targets": [cast.community.uid], "roles": ["neighbour_leader"], "needs_confirmation": "on",
        "due_at": "2099-01-01T20:00", "choices": "都好\n！要修",
    }  # fmt: skip
    answer = client.post("/tasks/new/", form)
    task = Task.objects.get()
    assert answer.url == f"/tasks/{task.pk}/rollup/?posted=1"  # type: ignore[attr-defined]
    assert [a["needs_help"] for a in task.answers] == [False, True]
    assert client.post("/tasks/new/", form | {"title": ""}).status_code == 422


def test_a_leader_gets_no_posting_form(cast: Cast, client_for: Callable[[User], Client]) -> None:
    assert client_for(cast.leader).get("/tasks/new/").status_code == 403
    assert Client().get("/tasks/new/").status_code == 302


def test_what_is_stored_for_everybody_is_in_the_districts_language(cast: Cast) -> None:
    with translation.override("en"):
        make_task(cast)
    assert "分钟" in Notification.objects.get(kind="task").payload["body"]
