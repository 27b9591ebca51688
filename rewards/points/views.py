"""One's own points, and how they are counted."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from foundation import clock
from rewards.points.rule_words import differences, words_of
from rewards.points.rules import Worth, version_in_force, versions
from rewards.points.selectors import statement
from rewards.points.statement_page import months_of
from volunteers.people.models import Person
from volunteers.units.rights import person_id_of

ON_SCREEN, ON_PAPER = 100, 200
"""So many lines a page."""


def _own(request: HttpRequest, limit: int) -> dict[str, Any]:
    """The statement, so many lines a page; raises 404 for a page that is not there."""
    me, page = person_id_of(request.user), _page(request.GET.get("page", "1"))
    skip = (page - 1) * limit
    found = statement(me, limit, skip)
    if skip and not found.lines:
        raise Http404
    return {
        "statement": found,
        "months": months_of(found.lines, me),
        "this_month": clock.today().replace(day=1),
        "page_number": page,
        "first": skip + 1,
        "last": skip + len(found.lines),
    }


def _page(text: str) -> int:
    """A number of a few digits."""
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise Http404
    return int(text)


@login_required
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Balance and lines of whoever asks, and of nobody else."""
    return render(request, "points/points.html", _own(request, ON_SCREEN))


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
