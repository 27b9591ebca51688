"""Phone pages of tasks."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events.tasks import audience, checkins, selectors, services
from events.tasks.forms import CheckInForm, OutcomeForm, ReturnForm, TaskForm
from events.tasks.models import CheckIn, CheckInState, Task
from events.tasks.permissions import can_close_task, can_decide_check_in, can_enter_for, can_see_rollup
from foundation import pictures
from foundation.errors import Conflict, Denied, Invalid
from foundation.middleware import wants_json
from rewards.points.selectors import given_for
from volunteers.units.models import Appointment, Unit
from volunteers.units.rights import Right, paths_where, person_id_of


def _task(request: HttpRequest, task_id: uuid.UUID) -> Task:
    tasks = Task.objects.visible_to(request.user).select_related("unit", "outcome")
    task: Task = get_object_or_404(tasks, pk=task_id)
    return task


def _mine(request: HttpRequest, task: Task) -> CheckIn | None:
    return CheckIn.objects.filter(task=task, person_id=person_id_of(request.user)).select_related("unit").first()


def _next(request: HttpRequest, url: str) -> HttpResponse:
    """Where a page goes after a write: a redirect, or its address for the outbox on the phone."""
    return JsonResponse({"ok": True, "url": url}) if wants_json(request) else redirect(url)


def take_errors(form: Any, refusal: Invalid) -> None:
    """Show a service's refusal in the form."""
    for name, message in refusal.errors.items():
        form.add_error(name if name in form.fields else None, str(message))
    if not refusal.errors:
        form.add_error(None, str(refusal.message))


@login_required
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """What asks me; for those above, what they posted and how far it has got."""
    above = bool(paths_where(request.user, Right.SEE_ROLLUP))
    context = {
        "cards": selectors.my_tasks(request.user),
        "posted": selectors.posted_tasks(request.user, limit=30) if above else [],
        "waiting": selectors.waiting_for(request.user).count() if above else 0,
        "may_post": bool(paths_where(request.user, Right.POST_TASK)),
    }
    return render(request, "tasks/task_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def task_detail(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """The task, and the one question it asks; sent by the outbox of the phone, or plainly without JavaScript."""
    task = (request.method == "POST" and audience.task_asking(request.user, task_id)) or _task(request, task_id)
    asked = bool(audience.grants_asked(request.user, task))
    if request.method == "GET" and not asked:
        return redirect("task_rollup", task.pk)
    form = CheckInForm(request.POST or None, request.FILES or None, task=task, person_id=person_id_of(request.user))
    if request.method == "POST":
        if answer := _send_check_in(request, task, form):
            return answer
        if wants_json(request):
            return _invalid(form)
    mine = _mine(request, task)
    context = {
        "task": task,
        "form": form,
        "mine": mine,
        "asked": asked,
        "said": task.answer(mine.answer) if mine else None,
    }
    status = 422 if form.is_bound else 200
    return render(request, "tasks/task_detail.html", context, status=status)


def _invalid(form: Any) -> HttpResponse:
    errors = {name: str(messages[0]) for name, messages in form.errors.items()}
    return JsonResponse({"message": _("有地方要改一下。"), "errors": errors}, status=422)


def _send_check_in(
    request: HttpRequest, task: Task, form: CheckInForm, on_behalf_of: Appointment | None = None
) -> HttpResponse | None:
    if not form.is_valid():
        return None
    photo = form.cleaned_data["photo"] if form.evidence == "photo" else None
    checkins.check_in(
        id=form.cleaned_data["id"],
        task=task,
        word=form.word(),
        photo=pictures.clean(photo, name=str(form.cleaned_data["id"])) if photo else None,
        client_at=form.cleaned_data["client_at"],
        acting_user=request.user,
        on_behalf_of=on_behalf_of,
    )
    return _next(request, reverse("check_in_list") if on_behalf_of else reverse("task_done", args=[task.pk]))


@login_required
@require_GET
def task_done(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Thanks, what happens next, and what else there is."""
    task = _task(request, task_id)
    mine = _mine(request, task)
    if mine is None:
        return redirect("task_detail", task.pk)
    context = {
        "task": task,
        "mine": mine,
        "said": task.answer(mine.answer),
        "cards": selectors.open_tasks_for(request.user)[:1],
        "changeable": task.is_open and mine.state != CheckInState.CONFIRMED,
    }
    return render(request, "tasks/task_done.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def check_in_change(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Say it again, differently."""
    task = _task(request, task_id)
    mine = _mine(request, task)
    if mine is None:
        return redirect("task_detail", task.pk)
    initial = {"id": mine.pk, "answer": mine.answer, "note": mine.note}
    form = CheckInForm(request.POST or None, task=task, initial=initial)
    if request.method == "POST" and form.is_valid():
        checkins.correct_check_in(check_in_id=mine.pk, word=form.word(), acting_user=request.user)
        return _next(request, reverse("task_done", args=[task.pk]))
    context = {"task": task, "form": form, "mine": None, "asked": True, "changing": mine}
    return render(request, "tasks/task_detail.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def task_decline(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Not convenient this time. No reason, no penalty."""
    task = _task(request, task_id)
    try:
        id_ = uuid.UUID(request.POST.get("id", ""))
    except ValueError as wrong:
        raise Invalid from wrong
    checkins.decline(id=id_, task=task, acting_user=request.user)
    return _next(request, reverse("task_done", args=[task.pk]))


@login_required
@require_GET
def check_in_list(request: HttpRequest) -> HttpResponse:
    """What waits for my confirmation, and whom I may enter for."""
    if not paths_where(request.user, Right.CONFIRM_CHECK_IN):
        raise Denied
    waiting = list(selectors.waiting_for(request.user)[:200])
    for row in waiting:
        row.said = row.task.answer(row.answer)  # type: ignore[attr-defined]
    open_ones = selectors.posted_tasks(request.user, only_open=True, limit=5)
    silent = [(posted.task, selectors.silent_below(posted.task, request.user)) for posted in open_ones]
    context = {"waiting": waiting, "silent": [pair for pair in silent if pair[1]]}
    return render(request, "tasks/check_in_list.html", context)


@login_required
@require_POST
def check_in_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm one or many."""
    try:
        ids = [uuid.UUID(value) for value in request.POST.getlist("ids")]
    except ValueError as wrong:
        raise Invalid from wrong
    if not ids:
        raise Invalid(_("请先选上要确认的。"))
    count = checkins.confirm_check_ins(ids=ids, acting_user=request.user)
    return _next(request, reverse("check_in_list") + f"?confirmed={count}")


@login_required
@require_http_methods(["GET", "POST"])
def check_in_return(request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
    """Ask to look again, with a reason."""
    seen = CheckIn.objects.visible_to(request.user).select_related("task", "unit", "person")
    row = get_object_or_404(seen, pk=check_in_id)
    if not can_decide_check_in(request.user, row):
        raise Denied
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        checkins.return_check_in(check_in_id=row.pk, reason=form.cleaned_data["reason"], acting_user=request.user)
        return _next(request, reverse("check_in_list"))
    context = {"row": row, "form": form, "said": row.task.answer(row.answer)}
    return render(request, "tasks/check_in_return.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def check_in_for(request: HttpRequest, task_id: uuid.UUID, appointment_uid: uuid.UUID) -> HttpResponse:
    """Enter a check-in for a leader below who has no phone (代录)."""
    task = _task(request, task_id)
    held = Appointment.objects.visible_to(request.user).active().select_related("unit", "person")
    appointment = get_object_or_404(held, uid=appointment_uid)
    if not can_enter_for(request.user, appointment.unit):
        raise Denied
    form = CheckInForm(request.POST or None, request.FILES or None, task=task, person_id=appointment.person_id)
    if request.method == "POST":
        if answer := _send_check_in(request, task, form, on_behalf_of=appointment):
            return answer
        if wants_json(request):
            return _invalid(form)
    context = {"task": task, "form": form, "mine": None, "asked": True, "on_behalf_of": appointment}
    return render(request, "tasks/task_detail.html", context, status=422 if form.is_bound else 200)


@login_required
@require_GET
def task_rollup(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """How far a task has got, unit by unit, in the order of their numbers."""
    task = _task(request, task_id)
    paths = paths_where(request.user, Right.SEE_ROLLUP)
    if not paths:
        raise Denied
    asked_for = request.GET.get("unit")
    units = Unit.objects.visible_to(request.user)
    try:
        unit = get_object_or_404(units, uid=uuid.UUID(asked_for)) if asked_for else units.filter(path__in=paths).first()
    except ValueError as wrong:
        raise Http404 from wrong
    if unit is None or not can_see_rollup(request.user, unit):
        raise Denied
    context = {"rollup": selectors.rollup(task, unit), "task": task, "may_close": can_close_task(request.user, task)}
    template = "tasks/_task_rollup.html" if request.htmx else "tasks/task_rollup.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "POST"])
def task_create(request: HttpRequest) -> HttpResponse:
    """Post a task: on a phone, in one page, with a preview of how many it reaches."""
    if not paths_where(request.user, Right.POST_TASK):
        raise Denied
    form = TaskForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            task = services.post_task(**form.service_arguments(), acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal)
        else:
            return _next(request, reverse("task_rollup", args=[task.pk]) + "?posted=1")
    if form.is_bound and wants_json(request):
        return _invalid(form)
    return render(request, "tasks/task_form.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_GET
def task_reach(request: HttpRequest) -> HttpResponse:
    """How many people the form as it stands would reach, and what it asks of them together."""
    if not paths_where(request.user, Right.POST_TASK):
        raise Denied
    form = TaskForm(request.GET, user=request.user)
    form.full_clean()
    data = form.cleaned_data
    complete = {"targets", "roles", "minutes"} <= data.keys()
    reach = audience.reach(list(data["targets"]), data["roles"], data["minutes"]) if complete else None
    return render(request, "tasks/_task_reach.html", {"reach": reach})


@login_required
@require_http_methods(["GET", "POST"])
def task_close(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Close a task with what came of it."""
    task = _task(request, task_id)
    if not can_close_task(request.user, task):
        raise Denied if task.is_open else Conflict(_("这个任务已经结束了。"))
    form = OutcomeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        for name in ("photo_before", "photo_after"):
            data[name] = pictures.clean(data[name], name=f"{task.pk}-{name}") if data[name] else None
        services.close_task(task=task, **data, acting_user=request.user)
        return _next(request, reverse("task_outcome", args=[task.pk]))
    context = {"task": task, "form": form, "took_part": len(services.took_part([task.pk]).get(task.pk, []))}
    return render(request, "tasks/task_close.html", context, status=422 if form.is_bound else 200)


@login_required
@require_GET
def task_outcome(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """What came of it."""
    task = _task(request, task_id)
    if not hasattr(task, "outcome"):
        return redirect("task_detail", task.pk)
    mine = _mine(request, task)
    count = len(services.took_part([task.pk]).get(task.pk, []))
    given = given_for(mine.person_id, checkins.source_of(mine.pk)) if mine else 0
    return render(request, "tasks/task_outcome.html", {"task": task, "mine": mine, "count": count, "given": given})


def _photo(field: Any) -> FileResponse:
    """A private photo: shown, never sniffed, never kept by others (rule R32)."""
    if not field:
        raise Http404
    response = FileResponse(field.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_required
@require_GET
def check_in_photo(request: HttpRequest, check_in_id: uuid.UUID) -> FileResponse:
    """The photo of a check-in, for its sender and those above."""
    row = get_object_or_404(CheckIn.objects.visible_to(request.user), pk=check_in_id)
    return _photo(row.photo)


@login_required
@require_GET
def outcome_photo(request: HttpRequest, task_id: uuid.UUID, which: str) -> FileResponse:
    """The photo before or after."""
    task = _task(request, task_id)
    if which not in {"before", "after"} or not hasattr(task, "outcome"):
        raise Http404
    return _photo(getattr(task.outcome, f"photo_{which}"))
