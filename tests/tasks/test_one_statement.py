"""A check-in written as one statement leaves exactly what the plain form leaves, on the same PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Model
from django.forms import model_to_dict
from django.test import Client
from django.utils import timezone

from events.tasks import checkins_sql, known
from events.tasks.checkins import Word, check_in
from events.tasks.models import CheckIn, Task, TaskTally
from foundation import context, failpoints
from foundation.actors import SYSTEM
from foundation.errors import Refused
from foundation.models import AuditEntry, Notification, OutboxMessage
from rewards.points.models import MonthEarned, PointsAccount, Transfer
from rewards.points.services import award_points
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.units.models import Appointment

pytestmark = pytest.mark.postgres

Act = Callable[[Cast, Callable[..., Task], uuid.UUID], object]
MADE_ANEW = {"id", "at", "submitted_at", "published_at", "created_at", "seq"}


def say(task: Task, user: User, id_: uuid.UUID, word: Word | None = None, **more: Any) -> CheckIn:
    """Check in as a user."""
    return check_in(id=id_, task=task, word=word or Word(answer="done"), acting_user=user, **more)


def first_word(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    return say(new_task(id=uuid.UUID(int=1)), cast.leader, id_)


def points_at_once(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    task = new_task(id=uuid.UUID(int=1), needs_confirmation=False, points=3)
    return say(
        task, cast.leader, id_, Word("done", "楼道清了", {"lat": 31.23, "lng": 121.47}), client_at=timezone.now()
    )


def points_twice(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    for number in (1, 2):
        task = new_task(id=uuid.UUID(int=number), needs_confirmation=False)
        say(task, cast.leader, uuid.UUID(int=id_.int + number))
    return None


def _earned(user: User, points: int) -> None:
    """So much of the month is taken already."""
    assert user.person_id
    award_points(
        person_id=user.person_id, rule="dispute_settled", points=points, source_key="before", reason="调解",
        unit_id=None, acting_user=SYSTEM,
    )  # fmt: skip


def the_month_nearly_full(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    _earned(cast.leader, 39)
    return say(new_task(id=uuid.UUID(int=1), needs_confirmation=False, points=2), cast.leader, id_)


def the_month_full(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    _earned(cast.leader, 40)
    return say(new_task(id=uuid.UUID(int=1), needs_confirmation=False, points=2), cast.leader, id_)


def no_points(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    return say(new_task(id=uuid.UUID(int=1), needs_confirmation=False, points=0), cast.leader, id_)


def a_hand_wanted(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    return say(new_task(id=uuid.UUID(int=1)), cast.leader, id_, Word("help", "三楼"))


def with_a_photo(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    CheckIn._meta.get_field("photo").storage.delete(f"checkins/{id_}.jpg")
    return say(new_task(id=uuid.UUID(int=1)), cast.leader, id_, photo=ContentFile(b"jpeg", name=f"{id_}.jpg"))


def entered_for_another(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    held = Appointment.objects.get(person=cast.leader2.person)
    return say(new_task(id=uuid.UUID(int=1)), cast.group_leader, id_, on_behalf_of=held)


def the_same_again(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    task = new_task(id=uuid.UUID(int=1), needs_confirmation=False)
    say(task, cast.leader, id_)
    return say(task, cast.leader, id_)


def another_id(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    task = new_task(id=uuid.UUID(int=1), needs_confirmation=False)
    say(task, cast.leader, id_)
    return say(task, cast.leader, uuid.uuid4())


def another_word(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    task = new_task(id=uuid.UUID(int=1))
    say(task, cast.leader, id_)
    return say(task, cast.leader, id_, Word("done", "其实还有"))


def somebody_elses_id(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    task = new_task(id=uuid.UUID(int=1))
    say(task, cast.leader, id_)
    return say(task, cast.leader2, id_)


def an_answer_that_is_not_offered(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    return say(new_task(id=uuid.UUID(int=1)), cast.leader, id_, Word("no such"))


def a_closed_task(cast: Cast, new_task: Callable[..., Task], id_: uuid.UUID) -> object:
    task = new_task(id=uuid.UUID(int=1))
    task.state = "closed"
    return say(task, cast.leader, id_)


SCENES: list[Act] = [
    first_word, points_at_once, points_twice, the_month_nearly_full, the_month_full, no_points, a_hand_wanted,
    with_a_photo, entered_for_another, the_same_again, another_id, another_word, somebody_elses_id,
    an_answer_that_is_not_offered, a_closed_task,
]  # fmt: skip


def rows(model: type[Model]) -> list[dict[str, Any]]:
    """Everything stored, without what each row gets anew."""
    fields = [field.attname for field in model._meta.concrete_fields]
    kept = [f for f in fields if f not in MADE_ANEW or (f == "id" and model is CheckIn)]
    return sorted(({name: getattr(row, name) for name in kept} for row in model._default_manager.all()), key=str)


class _Back(Exception):
    """Carries an answer out of a transaction that is to be forgotten."""


def played(act: Act, cast: Cast, new_task: Callable[..., Task], ids: int) -> tuple[object, dict[str, Any]]:
    """What a scene answers and leaves behind; then it is undone."""
    try:
        with transaction.atomic():
            try:
                answer: object = act(cast, new_task, uuid.UUID(int=ids))
            except Refused as refusal:
                answer = (type(refusal), str(refusal.message), refusal.errors)
            if isinstance(answer, CheckIn):
                answer = {k: v for k, v in model_to_dict(answer).items() if k not in MADE_ANEW} | {"pk": answer.pk}
            models = (CheckIn, TaskTally, AuditEntry, PointsAccount, MonthEarned, Transfer, Notification, OutboxMessage)
            raise _Back(answer, {model.__name__: rows(model) for model in models})
    except _Back as back:
        return back.args[0], back.args[1]


def without_account_ids(left: dict[str, Any]) -> dict[str, Any]:
    """Account numbers come from a sequence; who owns them is compared through the accounts themselves."""
    return left | {"Transfer": [{k: v for k, v in row.items() if k != "to_account_id"} for row in left["Transfer"]]}


@pytest.mark.parametrize("act", SCENES, ids=lambda act: act.__name__)
def test_both_forms_answer_alike_and_leave_the_same_rows(
    act: Act, cast: Cast, new_task: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    token = context.current.set(context.RequestContext("r" * 32, "127.0.0.1"))
    written: list[bool] = []
    write = checkins_sql.write

    def note(*arguments: Any, **named: Any) -> Any:
        written.append(True)
        return write(*arguments, **named)

    monkeypatch.setattr(checkins_sql, "write", note)
    try:
        in_one = played(act, cast, new_task, 77)
        count = len(written)
        monkeypatch.setattr(checkins_sql, "is_possible", lambda _award: False)
        plainly = played(act, cast, new_task, 77)
    finally:
        context.current.reset(token)
    assert len(written) == count
    assert bool(count) == (act not in {a_hand_wanted, an_answer_that_is_not_offered, a_closed_task})
    assert in_one[0] == plainly[0]
    assert without_account_ids(in_one[1]) == without_account_ids(plainly[1])
    assert not CheckIn.objects.exists()


def test_points_go_to_the_account_of_the_one_who_did_it(cast: Cast, new_task: Callable[..., Task]) -> None:
    points_twice(cast, new_task, uuid.UUID(int=9))
    assert {line.to_account.person for line in Transfer.objects.all()} == {cast.leader.person}
    assert PointsAccount.objects.get(person=cast.leader.person).balance == 2


def test_a_failure_before_the_statement_leaves_nothing(cast: Cast, task: Task) -> None:
    def fail() -> None:
        raise OSError

    with failpoints.armed("check_in.before_commit", fail), pytest.raises(OSError):
        say(task, cast.leader, uuid.uuid4())
    assert not CheckIn.objects.exists()
    assert TaskTally.objects.get(task=task).done == 0


def test_a_task_that_was_closed_meanwhile_takes_no_word(
    cast: Cast, task: Task, client_for: Callable[[User], Client]
) -> None:
    def send(user: User) -> int:
        body = {"id": uuid.uuid4(), "answer": "done"}
        return client_for(user).post(f"/tasks/{task.pk}/", body, headers={"X-Outbox": "1"}).status_code

    assert send(cast.leader) == 200
    Task.objects.filter(pk=task.pk).update(state="closed")
    assert send(cast.leader2) == 409
    assert TaskTally.objects.get(task=task).done == 1


def test_a_task_that_changed_meanwhile_is_read_anew(
    cast: Cast, task: Task, client_for: Callable[[User], Client]
) -> None:
    known.known_task(task.pk)
    Task.objects.filter(pk=task.pk).update(needs_confirmation=False, points=4, title="另一个名字")
    body = {"id": uuid.uuid4(), "answer": "done"}
    client_for(cast.leader).post(f"/tasks/{task.pk}/", body, headers={"X-Outbox": "1"})
    line = Transfer.objects.get()
    assert (line.points, line.reason) == (4, "另一个名字")
