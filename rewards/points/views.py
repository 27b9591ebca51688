"""One's own points."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rewards.points.selectors import statement


@login_required
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Balance and lines of whoever asks, and of nobody else."""
    return render(request, "points/points.html", {"statement": statement(request.user.person_id)})
