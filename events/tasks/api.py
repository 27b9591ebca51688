"""Tasks and check-ins as JSON: the same services and the same rights as the pages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from events.tasks import checkins, selectors, services
from events.tasks.checkins import Word
from events.tasks.models import CheckIn, Task
from events.tasks.permissions import can_see_rollup
from foundation.errors import Denied, Missing
from volunteers.units.models import Unit

router = Router()


class TaskOut(Schema):
    """A task as it asks the caller. `state` is open, returned or done; `minutes` is an estimate."""

    id: uuid.UUID
    title: str
    unit_name: str
    minutes: int
    due_at: dt.datetime
    state: str
    said: str
    reason: str


class TaskDetail(Schema):
    """A task with the answers it offers."""

    id: uuid.UUID
    title: str
    why: str
    question: str
    answers: list[dict[str, Any]]
    minutes: int
    due_at: dt.datetime
    state: str
    evidence: str


class TaskIn(Schema):
    """A task to post. Units are given by their uid; `due_at` with an offset."""

    id: uuid.UUID
    unit: uuid.UUID
    title: str = Field(min_length=1, max_length=40)
    why: str = Field("", max_length=500)
    targets: list[uuid.UUID] = Field(min_length=1, max_length=100)
    roles: list[str]
    due_at: dt.datetime
    minutes: int = Field(2, ge=1, le=240)


class CheckInIn(Schema):
    """A leader's word; `id` is made on the phone and stored before sending."""

    id: uuid.UUID
    answer: str = Field(max_length=20)
    note: str = Field("", max_length=200)
    client_at: dt.datetime | None = None


class CheckInOut(Schema):
    """A stored check-in."""

    id: uuid.UUID
    state: str
    answer: str
    note: str
    needs_help: bool


class DeclineIn(Schema):
    """Not convenient this time."""

    id: uuid.UUID


class ConfirmIn(Schema):
    """Check-ins to confirm together."""

    ids: list[uuid.UUID] = Field(min_length=1, max_length=200)


class ReturnIn(Schema):
    """Why the leader should look again."""

    reason: str = Field(max_length=100)


class OutcomeIn(Schema):
    """What came of a task."""

    title: str = Field(min_length=1, max_length=40)
    story: str = Field(min_length=1, max_length=500)
    thanks: str = Field("", max_length=120)


class FiguresOut(Schema):
    """Counts of a unit: people asked, said done, confirmed, wanting help, declined."""

    asked: int
    done: int
    confirmed: int
    help: int
    declined: int


class RollupRowOut(Schema):
    """One unit below."""

    unit: uuid.UUID
    name: str
    figures: FiguresOut


class RollupOut(Schema):
    """How far a task has got in a unit; rows in the order of their numbers."""

    unit: uuid.UUID
    figures: FiguresOut
    rows: list[RollupRowOut]


def _task(request: HttpRequest, task_id: uuid.UUID) -> Task:
    task: Task = get_object_or_404(Task.objects.visible_to(request.user).select_related("unit"), pk=task_id)
    return task


@router.get("/", response=list[TaskOut], summary="Open tasks that ask me")
def task_list(request: HttpRequest) -> list[selectors.TaskCard]:
    """Unanswered and returned ones first."""
    return selectors.my_tasks(request.user)


@router.post("/", response={201: TaskDetail}, summary="Post a task")
def task_create(request: HttpRequest, payload: TaskIn) -> Status[Task]:
    """Staff, in their units. The same id with the same content gives the stored task."""
    units = {u.uid: u for u in Unit.objects.visible_to(request.user).filter(uid__in=[payload.unit, *payload.targets])}
    try:
        unit, targets = units[payload.unit], [units[uid] for uid in payload.targets]
    except KeyError as unseen:
        raise Missing from unseen
    data = payload.dict(exclude={"unit", "targets"})
    return Status(201, services.post_task(**data, unit=unit, targets=targets, acting_user=request.user))


@router.get("/{uuid:task_id}", response=TaskDetail, summary="One task")
def task_detail(request: HttpRequest, task_id: uuid.UUID) -> Task:
    """What it asks and which answers it offers."""
    return _task(request, task_id)


@router.post("/{uuid:task_id}/check-in", response=CheckInOut, summary="Say that it is done")
def check_in_create(request: HttpRequest, task_id: uuid.UUID, payload: CheckInIn) -> CheckIn:
    """Idempotent by `id`; the same id with another body is 422, a second word on the same task 409."""
    return checkins.check_in(
        id=payload.id,
        task=_task(request, task_id),
        word=Word(answer=payload.answer, note=payload.note),
        client_at=payload.client_at,
        acting_user=request.user,
    )


@router.post("/{uuid:task_id}/decline", response=CheckInOut, summary="Not convenient this time")
def check_in_decline(request: HttpRequest, task_id: uuid.UUID, payload: DeclineIn) -> CheckIn:
    """No reason is asked."""
    return checkins.decline(id=payload.id, task=_task(request, task_id), acting_user=request.user)


@router.post("/{uuid:task_id}/close", summary="Close a task with what came of it")
def task_close(request: HttpRequest, task_id: uuid.UUID, payload: OutcomeIn) -> dict[str, str]:
    """Everybody who took part is told."""
    outcome = services.close_task(task=_task(request, task_id), **payload.dict(), acting_user=request.user)
    return {"title": outcome.title}


@router.get("/{uuid:task_id}/rollup", response=RollupOut, summary="How far a task has got")
def task_rollup(request: HttpRequest, task_id: uuid.UUID, unit: uuid.UUID) -> RollupOut:
    """For a unit of the caller's own scope."""
    task = _task(request, task_id)
    place = get_object_or_404(Unit.objects.visible_to(request.user), uid=unit)
    if not can_see_rollup(request.user, place):
        raise Denied
    found = selectors.rollup(task, place)
    rows = [RollupRowOut(unit=r.unit.uid, name=r.unit.name, figures=_figures(r.figures)) for r in found.rows]
    return RollupOut(unit=place.uid, figures=_figures(found.figures), rows=rows)


def _figures(figures: selectors.Figures) -> FiguresOut:
    return FiguresOut.from_orm(figures)


@router.post("/check-ins/confirm", summary="Confirm check-ins")
def check_in_confirm(request: HttpRequest, payload: ConfirmIn) -> dict[str, int]:
    """One or many; confirming again changes nothing."""
    return {"confirmed": checkins.confirm_check_ins(ids=payload.ids, acting_user=request.user)}


@router.post("/check-ins/{uuid:check_in_id}/return", response=CheckInOut, summary="Ask to look again")
def check_in_return(request: HttpRequest, check_in_id: uuid.UUID, payload: ReturnIn) -> CheckIn:
    """With a reason that the leader reads."""
    return checkins.return_check_in(check_in_id=check_in_id, reason=payload.reason, acting_user=request.user)
