"""Posting a task, and closing it with what came of it. Check-ins are in `checkins`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from events.tasks.audience import asked_by_community
from events.tasks.models import CheckIn, CheckInState, Outcome, Task, TaskState, TaskTally, TaskTarget
from events.tasks.permissions import can_close_task
from foundation import audit, clock, outbox, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.points.rules import TASK_DONE, worth
from volunteers.units.models import THREE_HEADS, Unit
from volunteers.units.rights import Right, require

THANK = "thank"
MOST_POINTS = 5

DEFAULT_ANSWERS: list[dict[str, Any]] = [
    {"code": "done", "label": "办好了", "hint": "", "needs_help": False},
    {"code": "help", "label": "要人帮忙", "hint": "社区会来联系您", "needs_help": True},
]


def usual_points() -> int:
    """What a task is worth by the rules in force, five at most."""
    return min(MOST_POINTS, worth(TASK_DONE))


def _check_audience(targets: Sequence[Unit], roles: Sequence[str], due_at: dt.datetime) -> None:
    errors: dict[str, str] = {}
    if not targets:
        errors["targets"] = _("请选发给哪里。")
    if not roles or not set(roles) <= {role.value for role in THREE_HEADS}:
        errors["roles"] = _("请选发给谁：片长、组长或邻长。")
    if due_at <= clock.now():
        errors["due_at"] = _("截止时间要在现在之后。")
    if errors:
        raise Invalid(errors=errors)


@transaction.atomic
def post_task(
    *,
    id: uuid.UUID,  # noqa: A002
    unit: Unit,
    title: str,
    targets: Sequence[Unit],
    roles: Sequence[str],
    due_at: dt.datetime,
    acting_user: Actor,
    why: str = "",
    question: str = "",
    answers: list[dict[str, Any]] | None = None,
    minutes: int = 2,
    evidence: str = "none",
    needs_confirmation: bool = True,
    points: int | None = None,
) -> Task:
    """Offer work to leaders: one task row, one stream entry for each target unit, one tally for each community.

    Who may: POST_TASK in the asking unit and in every target. Repeating the id with the same content returns the
    stored task. Without `points` the rules say what it is worth. Raises `Denied`, `Invalid`, `DifferentBody`.
    """
    require(acting_user, Right.POST_TASK, unit, *targets)
    points = usual_points() if points is None else points
    _check_audience(targets, roles, due_at)
    body = {"unit": unit.pk, "title": title, "why": why, "question": question, "answers": answers, "roles": list(roles)}
    body |= {"targets": [t.pk for t in targets], "due": due_at.isoformat(), "minutes": minutes, "points": points}
    print_ = fingerprint(body)
    if stored := Task.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    task = Task.objects.create(
        id=id,
        unit=unit,
        created_by_id=acting_user.pk,
        title=title,
        why=why,
        question=question,
        answers=answers or DEFAULT_ANSWERS,
        roles=list(roles),
        minutes=minutes,
        evidence=evidence,
        needs_confirmation=needs_confirmation,
        points=points,
        due_at=due_at,
        fingerprint=print_,
    )
    TaskTarget.objects.bulk_create(TaskTarget(task=task, unit=target) for target in targets)
    asked = _open_tallies(task, targets)
    audit.record(actor=acting_user, act="task.post", obj=task, unit_id=unit.pk, data={"asked": asked})
    announce(task, targets)
    return task


def _open_tallies(task: Task, targets: Sequence[Unit]) -> int:
    asked = asked_by_community(targets, task.roles)
    communities = dict(Unit.objects.filter(path__in=asked).values_list("path", "pk"))
    TaskTally.objects.bulk_create(
        TaskTally(task=task, community_id=communities[path], asked=count) for path, count in asked.items()
    )
    return sum(asked.values())


@streams.in_district_language
def announce(task: Task, targets: Iterable[Unit]) -> None:
    """One entry in the stream of each target unit, for the roles asked."""
    payload = {
        "title": task.title,
        "body": _("%(unit)s · 约 %(minutes)d 分钟") % {"unit": task.unit.name, "minutes": task.minutes},
        "url": reverse("task_detail", args=[task.pk]),
        "icon": "task",
    }
    for target in targets:
        streams.publish(
            streams.unit_key(target.pk), kind="task", payload=payload, roles=task.roles, ref=f"task:{task.pk}"
        )


@transaction.atomic
def close_task(
    *,
    task: Task,
    title: str,
    story: str,
    acting_user: Actor,
    thanks: str = "",
    photo_before: ContentFile[bytes] | None = None,
    photo_after: ContentFile[bytes] | None = None,
) -> Outcome:
    """End a task with what came of it; everybody who took part gets a card and a message, in the background.

    Who may: POST_TASK in the asking unit. Closing twice returns the first outcome. Raises `Denied`, `Conflict`.
    """
    if stored := Outcome.objects.filter(task=task).first():
        require(acting_user, Right.POST_TASK, task.unit)
        return stored
    if not can_close_task(acting_user, task):
        raise Denied
    now = clock.now()
    if not Task.objects.filter(pk=task.pk, state=TaskState.PUBLISHED).update(state=TaskState.CLOSED, closed_at=now):
        raise Conflict(_("这个任务已经结束了。"))
    outcome = Outcome.objects.create(
        task=task, title=title, story=story, thanks=thanks, photo_before=photo_before, photo_after=photo_after, at=now
    )
    audit.record(actor=acting_user, act="task.close", obj=task, unit_id=task.unit_id)
    outbox.put(THANK, {"task": str(task.pk)})
    return outcome


def took_part(task_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[int]]:
    """Persons who checked in, by task; who said "not convenient" is not counted."""
    people: dict[uuid.UUID, list[int]] = {}
    rows = CheckIn.objects.filter(task_id__in=list(task_ids)).exclude(state=CheckInState.DECLINED)
    for task_id, person_id in rows.values_list("task_id", "person_id"):
        people.setdefault(task_id, []).append(person_id)
    return people


@outbox.handler(THANK)
@streams.in_district_language
def thank_everybody(payloads: list[dict[str, Any]]) -> None:
    """Tell everybody who took part what came of it, in their own stream."""
    tasks = Task.objects.select_related("outcome").in_bulk([uuid.UUID(p["task"]) for p in payloads])
    for task_id, person_ids in took_part(tasks).items():
        outcome = tasks[task_id].outcome
        payload = {
            "title": outcome.title,
            "body": _("您帮过的“%(task)s”有结果了，谢谢您") % {"task": tasks[task_id].title},
            "url": reverse("task_outcome", args=[task_id]),
            "icon": "lamp",
        }
        streams.publish_to_persons(person_ids, kind="outcome", payload=payload, ref=f"outcome:{task_id}")
