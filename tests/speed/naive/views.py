"""The views as most would write them."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from tests.speed.naive.models import Balance, CheckIn, Line, Task


class CheckInForm(forms.Form):
    """Which task, and a note."""

    task = forms.IntegerField()
    note = forms.CharField(required=False, max_length=200)


@login_required
def check_in(request: HttpRequest) -> HttpResponse:
    """Form, get_or_create, a row each, an F() update."""
    form = CheckInForm(request.POST)
    if not form.is_valid():
        return JsonResponse(form.errors, status=400)
    leader = request.user.leader  # type: ignore[union-attr]
    task = get_object_or_404(Task, pk=form.cleaned_data["task"])
    with transaction.atomic():
        row, new = CheckIn.objects.get_or_create(task=task, leader=leader, defaults={"note": form.cleaned_data["note"]})
        if new:
            Line.objects.create(leader=leader, check_in=row, points=1)
            balance, _made = Balance.objects.get_or_create(leader=leader)
            Balance.objects.filter(pk=balance.pk).update(points=F("points") + 1)
    return JsonResponse({"id": row.pk, "new": new})


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Twenty tasks; the template asks for the rest row by row."""
    leader = request.user.leader  # type: ignore[union-attr]
    tasks = [
        (task, CheckIn.objects.filter(task=task, leader=leader).first())
        for task in Task.objects.order_by("due_at")[:20]
    ]
    return render(request, "naive/home.html", {"tasks": tasks, "leader": leader})
