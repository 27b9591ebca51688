"""What a form asks while somebody types a name: those who fit, inside what they may see, as a piece of HTML."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from volunteers.units.console.doors import requires
from volunteers.units.forms import Choice, offered_units, units_to_choose
from volunteers.units.models import Level
from volunteers.units.rights import Right

MOST_SIGNS = 60


def typed(request: HttpRequest) -> tuple[str, str]:
    """The name of the field, and what was typed into it: in the body of a POST, so that names stay out of addresses."""
    asked = address_of(request)
    name = asked.get("name", "")
    name = name if name.isidentifier() else "unit"
    words = (request.POST if request.method == "POST" else asked).get(f"{name}-q") or asked.get("q", "")
    return name, words[:MOST_SIGNS]


def address_of(request: HttpRequest) -> QueryDict:
    """What the address says; the script adds a second question mark when the form around the box is sent by GET."""
    return QueryDict(request.META.get("QUERY_STRING", "").replace("?", "&"))


def offer(request: HttpRequest, name: str, words: str, offered: Sequence[Choice]) -> HttpResponse:
    """The piece of HTML that goes below the box."""
    context = {"name": name, "typed": words, "offered": offered}
    response = render(request, "console/_choose_offered.html", context)
    response["Cache-Control"] = "no-store"
    return response


@requires(Right.SEE_UNIT)
@require_http_methods(["GET", "POST"])
def unit_choose(request: HttpRequest) -> HttpResponse:
    """Units where the reader has a right (`right`, to see when none is named), of some levels (`level`)."""
    try:
        right = Right(address_of(request).get("right") or Right.SEE_UNIT)
        levels = [Level(one) for one in address_of(request).getlist("level")]
    except ValueError:
        return HttpResponseBadRequest()
    name, words = typed(request)
    return offer(request, name, words, offered_units(units_to_choose(request.user, right, levels), words))
