"""A volunteer's own word that it is done: told once, confirmed or returned, and thanked."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from events.tasks.checkins import Word, check_in, confirm_check_ins, correct_check_in, decline, return_check_in
from events.tasks.models import CheckIn, Task, TaskTally
from events.tasks.services import close_task
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import DifferentBody
from foundation.jobs import relay_once
from foundation.models import Notification
from rewards.points.models import PointsAccount, Transfer
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.units.models import Appointment

DONE = Word(answer="done")


def say(task: Task, user: User, word: Word = DONE, **more: object) -> CheckIn:
    """Check in as a user."""
    return check_in(id=uuid.uuid4(), task=task, word=word, acting_user=user, **more)  # type: ignore[arg-type]


def figures(task: Task) -> tuple[int, int, int, int]:
    """done, confirmed, help, declined of the cast's community."""
    tally = TaskTally.objects.get(task=task)
    return tally.done, tally.confirmed, tally.help, tally.declined


def test_the_same_sending_twice_is_one_check_in(cast: Cast, task: Task) -> None:
    id_ = uuid.uuid4()
    first = check_in(id=id_, task=task, word=DONE, acting_user=cast.leader)
    assert check_in(id=id_, task=task, word=DONE, acting_user=cast.leader) == first
    assert figures(task) == (1, 0, 0, 0)
    with pytest.raises(DifferentBody):
        check_in(id=id_, task=task, word=Word(answer="help"), acting_user=cast.leader)
    with pytest.raises(Missing):
        check_in(id=id_, task=task, word=DONE, acting_user=cast.leader2)


def test_a_second_phone_is_told_that_it_was_said_already(cast: Cast, task: Task) -> None:
    say(task, cast.leader)
    with pytest.raises(Conflict, match="已经说过了"):
        say(task, cast.leader)
    assert figures(task) == (1, 0, 0, 0)


def test_only_those_asked_can_say_it(cast: Cast, task: Task) -> None:
    say(task, cast.leader)
    for user in (cast.other_leader, cast.group_leader, cast.worker, cast.resident, cast.stranger):
        with pytest.raises(Missing):
            say(task, user)


def test_confirmation_brings_points_once_with_a_reason(cast: Cast, task: Task) -> None:
    row = say(task, cast.leader)
    assert not Transfer.objects.exists()
    assert confirm_check_ins(ids=[row.pk], acting_user=cast.group_leader) == 1
    assert confirm_check_ins(ids=[row.pk], acting_user=cast.group_leader) == 0
    line = Transfer.objects.get()
    assert (line.points, line.reason, line.to_account.person) == (1, task.title, cast.leader.person)
    assert PointsAccount.objects.get(person=cast.leader.person).balance == 1
    assert figures(task) == (1, 1, 0, 0)
    assert Notification.objects.get(kind="confirmed").stream_key == f"p:{cast.leader.person_id}"


def test_a_task_without_confirmation_gives_its_points_at_once(cast: Cast, new_task: Callable[..., Task]) -> None:
    task = new_task(needs_confirmation=False)
    assert say(task, cast.leader).state == "confirmed"
    assert Transfer.objects.get().points == 1
    assert figures(task) == (1, 1, 0, 0)


def test_who_may_confirm_and_who_may_not(cast: Cast, task: Task) -> None:
    row = say(task, cast.leader)
    for user in (cast.leader, cast.leader2, cast.other_group_leader, cast.resident, cast.officer):
        with pytest.raises((Missing, Denied)):
            confirm_check_ins(ids=[row.pk], acting_user=user)
    assert confirm_check_ins(ids=[row.pk], acting_user=cast.area_leader) == 1


def test_a_return_needs_a_reason_and_can_be_answered(cast: Cast, task: Task) -> None:
    row = say(task, cast.leader)
    with pytest.raises(Invalid):
        return_check_in(check_in_id=row.pk, reason=" ", acting_user=cast.group_leader)
    return_check_in(check_in_id=row.pk, reason="三楼的纸箱还在吗？", acting_user=cast.group_leader)
    assert figures(task) == (0, 0, 0, 0)
    correct_check_in(check_in_id=row.pk, word=Word(answer="help", note="还在"), acting_user=cast.leader)
    assert figures(task) == (1, 0, 1, 0)
    row.refresh_from_db()
    assert (row.state, row.return_reason) == ("submitted", "")


def test_declining_needs_no_reason_and_can_be_taken_back(cast: Cast, task: Task) -> None:
    row = decline(id=uuid.uuid4(), task=task, acting_user=cast.leader)
    assert figures(task) == (0, 0, 0, 1)
    correct_check_in(check_in_id=row.pk, word=DONE, acting_user=cast.leader)
    assert figures(task) == (1, 0, 0, 0)


def test_nobody_corrects_another_ones_word_or_a_confirmed_one(cast: Cast, task: Task) -> None:
    row = say(task, cast.leader)
    with pytest.raises(Missing):
        correct_check_in(check_in_id=row.pk, word=DONE, acting_user=cast.leader2)
    confirm_check_ins(ids=[row.pk], acting_user=cast.group_leader)
    with pytest.raises(Conflict):
        correct_check_in(check_in_id=row.pk, word=Word(answer="help"), acting_user=cast.leader)


def test_a_wanted_hand_reaches_the_community_at_once(cast: Cast, task: Task) -> None:
    say(task, cast.leader, Word(answer="help", note="三楼堆满了"))
    entry = Notification.objects.get(kind="help")
    assert entry.stream_key == f"u:{cast.community.pk}"
    assert "三楼堆满了" in entry.payload["body"]


def test_a_leader_without_a_phone_is_entered_for_and_it_shows(cast: Cast, task: Task) -> None:
    held = Appointment.objects.get(person=cast.leader2.person)
    row = say(task, cast.group_leader, on_behalf_of=held)
    assert (row.person, row.entered_by) == (cast.leader2.person, cast.group_leader)
    with pytest.raises(Denied):
        say(task, cast.leader, on_behalf_of=held)


def test_closing_thanks_everybody_who_took_part_and_nobody_else(cast: Cast, task: Task) -> None:
    say(task, cast.leader)
    decline(id=uuid.uuid4(), task=task, acting_user=cast.leader2)
    with pytest.raises(Denied):
        close_task(task=task, title="楼道清了", story="…", acting_user=cast.group_leader)
    close_task(task=task, title="楼道清了", story="37 处清出来了。", acting_user=cast.worker)
    close_task(task=task, title="楼道清了", story="37 处清出来了。", acting_user=cast.worker)
    relay_once()
    assert [n.stream_key for n in Notification.objects.filter(kind="outcome")] == [f"p:{cast.leader.person_id}"]
    task.refresh_from_db()
    with pytest.raises(Conflict, match="已经结束了"):
        say(task, cast.leader2)


def test_a_phone_sends_through_its_outbox_and_gets_an_address_back(
    cast: Cast, task: Task, client_for: Callable[[User], Client]
) -> None:
    client = client_for(cast.leader)
    body = {"id": uuid.uuid4(), "answer": "done"}
    for _repeat in range(2):
        answer = client.post(f"/tasks/{task.pk}/", body, headers={"X-Outbox": "1"})
        assert answer.json() == {"ok": True, "url": f"/tasks/{task.pk}/done/"}
    wrong = client.post(f"/tasks/{task.pk}/", {"id": uuid.uuid4()}, headers={"X-Outbox": "1"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["answer"])
    again = client.post(f"/tasks/{task.pk}/", {"id": uuid.uuid4(), "answer": "done"}, headers={"X-Outbox": "1"})
    assert again.status_code == 409
    assert "已经说过了" in again.json()["message"]


def test_a_task_out_of_sight_is_not_found(cast: Cast, task: Task, client_for: Callable[[User], Client]) -> None:
    for user in (cast.other_leader, cast.other_worker, cast.resident, cast.merchant_person, cast.officer):
        assert client_for(user).get(f"/tasks/{task.pk}/").status_code == 404
        assert client_for(user).get(f"/api/tasks/{task.pk}").status_code == 404
    assert client_for(cast.leader).get(f"/tasks/{task.pk}/").status_code == 200


def test_the_api_does_what_the_page_does(cast: Cast, task: Task, client_for: Callable[[User], Client]) -> None:
    client = client_for(cast.leader)
    assert [t["title"] for t in client.get("/api/tasks/").json()] == [task.title]
    body = {"id": str(uuid.uuid4()), "answer": "done"}
    sent = client.post(f"/api/tasks/{task.pk}/check-in", json.dumps(body), content_type="application/json")
    assert sent.json()["state"] == "submitted"
    leader = client_for(cast.group_leader)
    confirmed = leader.post(
        "/api/tasks/check-ins/confirm", json.dumps({"ids": [body["id"]]}), content_type="application/json"
    )
    assert confirmed.json() == {"confirmed": 1}
    rollup = leader.get(f"/api/tasks/{task.pk}/rollup", {"unit": str(cast.group.uid)}).json()
    assert rollup["figures"] == {"asked": 2, "done": 1, "confirmed": 1, "help": 0, "declined": 0}
