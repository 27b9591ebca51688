"""Pages that need no account: find one's leader, the landing of a sign, and the first step of joining."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from foundation.errors import Conflict, Invalid
from volunteers.homes import finding, residents
from volunteers.homes.codes import normal_code
from volunteers.homes.forms import AgeForm, JoinForm
from volunteers.homes.models import Building, Estate, Resident
from volunteers.homes.views import take_errors
from volunteers.units.models import Unit
from volunteers.units.rights import person_id_of

JOINING, OLD_ENOUGH = "joining", "joining_old_enough"
"""Keys of the session: the uid of the building somebody wants to join at, and that they said they are old enough.

Sign-in makes a new account for a number it does not know when the first of them is there."""


def _asked(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as wrong:
        raise Http404 from wrong


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """My neighbour leader: by name of the estate, by the code of a sign, or tapped down from the street."""
    words = request.GET.get("q", "").strip()[:40]
    if code := normal_code(words):
        return redirect("sign", code)
    context: dict[str, Any] = {"words": words, "found": finding.search_estates(words) if words else []}
    if uid := _asked(request, "estate"):
        estate = get_object_or_404(Estate.objects.select_related("community"), uid=uid)
        context |= {"estate": estate, "buildings": list(estate.buildings.in_order())}
    elif not words:
        unit_uid = _asked(request, "unit")
        unit = get_object_or_404(Unit.objects.filter(level__in=finding.PICKED), uid=unit_uid) if unit_uid else None
        context |= {"unit": unit, "units": finding.units_to_pick(unit)}
        if unit is not None and not context["units"]:
            context["estates"] = finding.estates_of(unit)
    return render(request, "homes/find.html", context)


def _building(code: str) -> Building:
    building = finding.building_of_code(normal_code(code))
    if building is None:
        raise Http404
    return building


@require_GET
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR sign leads: this building, who looks after each entrance, and one button."""
    canonical = normal_code(code)
    if canonical and canonical != code:
        return redirect("sign", canonical, permanent=True)
    building = _building(code)
    mine = Resident.objects.filter(person_id=person_id_of(request.user)).select_related("neighbourhood").first()
    entrances = finding.entrances_of(building)
    context = {"building": building, "entrances": entrances, "mine": mine if mine and mine.is_here else None}
    return render(request, "homes/sign.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Join one's neighbourhood: the age first, then a number to sign in with, then the entrance and the door."""
    building = _building(code)
    entrances = finding.entrances_of(building)
    if not request.user.is_authenticated:
        return _first_step(request, building, bool(entrances))
    person_id = person_id_of(request.user)
    if not person_id or not entrances:
        return render(request, "homes/join_nobody.html", {"building": building})
    name = residents.person_behind(person_id).name
    initial = {"old_enough": request.session.get(OLD_ENOUGH, False)}
    sent = request.POST if request.method == "POST" else None
    form = JoinForm(sent, building=building, entrances=entrances, known=name, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            residents.ask_to_join(id=form.cleaned_data["id"], wish=form.wish(), acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal, where="neighbourhood")
        except Conflict as refusal:
            form.add_error(None, str(refusal.message))
        else:
            request.session.pop(JOINING, None)
            return redirect("my_home")
    context = {"building": building, "form": form, "entrances": entrances}
    return render(request, "homes/join.html", context, status=422 if form.is_bound else 200)


def _first_step(request: HttpRequest, building: Building, is_looked_after: bool) -> HttpResponse:
    """What is wanted is kept in the session, then off to sign in and back."""
    form = AgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and is_looked_after and form.is_valid():
        request.session[JOINING], request.session[OLD_ENOUGH] = str(building.uid), True
        back = reverse("join", args=[building.sign_code])
        return redirect(f"{reverse('login')}?{urlencode({'next': back})}")
    if not is_looked_after:
        return render(request, "homes/join_nobody.html", {"building": building})
    context = {"building": building, "form": form}
    return render(request, "homes/join_first.html", context, status=422 if form.is_bound else 200)
