"""One's own points, and how they are counted."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from foundation import clock
from rewards.points.rule_words import differences, words_of
from rewards.points.rules import Worth, version_in_force, versions
from rewards.points.selectors import statement
from rewards.points.statement_page import months_of
from volunteers.people.models import Person
from volunteers.units.rights import person_id_of

ON_PAPER = 200


def _own(request: HttpRequest, limit: int) -> dict[str, Any]:
    me = person_id_of(request.user)
    found = statement(me, limit)
    return {"statement": found, "months": months_of(found.lines, me), "this_month": clock.today().replace(day=1)}


@login_required
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Balance and lines of whoever asks, and of nobody else."""
    return render(request, "points/points.html", _own(request, 100))


@login_required
@require_GET
def points_print(request: HttpRequest) -> HttpResponse:
    """The same for paper, with the name on it."""
    person = Person.objects.filter(pk=person_id_of(request.user)).first()
    context = _own(request, ON_PAPER) | {"person": person, "today": clock.today()}
    return render(request, "points/points_print.html", context)


def _told(lines: list[Worth]) -> list[tuple[Worth, str]]:
    return [(line, words_of(line)) for line in lines]


@login_required
@require_GET
def points_rules(request: HttpRequest) -> HttpResponse:
    """The rules in force in plain words, what never gives points, and what changes from which day on."""
    now, today = version_in_force(), clock.today()
    to_come = sorted((one for one in versions() if one.starts_on > today), key=lambda one: one.starts_on)
    befores = [now, *to_come]
    context = {
        "version": now,
        "by_itself": _told([line for line in now.rules.values() if not line.by_hand]),
        "by_hand": _told([line for line in now.rules.values() if line.by_hand]),
        "to_come": [(after, differences(before, after)) for before, after in zip(befores, to_come, strict=False)],
    }
    return render(request, "points/points_rules.html", context)
