"""One's own points."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rewards.points.selectors import statement
from volunteers.units.rights import person_id_of


@login_required
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Balance and lines of whoever asks, and of nobody else."""
    return render(request, "points/points.html", {"statement": statement(person_id_of(request.user))})
