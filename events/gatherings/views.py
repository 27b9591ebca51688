"""Signing up for an event, taking it back, being there. The page of an event is composed in `cms.reading`."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events.gatherings import selectors, services
from events.gatherings.arrivals import sign_in_here
from events.gatherings.code import drawing_for
from events.gatherings.forms import SignUpForm
from events.gatherings.models import Event
from events.gatherings.permissions import can_show_code
from foundation.errors import Denied, Invalid
from foundation.middleware import wants_json


def _event(request: HttpRequest, uid: uuid.UUID) -> Event:
    event: Event = get_object_or_404(Event.objects.visible_to(request.user).select_related("unit"), uid=uid)
    return event


def _next(request: HttpRequest, event: Event) -> HttpResponse:
    url = event.get_absolute_url()
    return JsonResponse({"ok": True, "url": url}) if wants_json(request) else redirect(url)


@login_required
@require_POST
def sign_up(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a place; sent by the outbox of the phone, or plainly without JavaScript."""
    event = _event(request, uid)
    form = SignUpForm(request.POST)
    if not form.is_valid():
        raise Invalid
    services.sign_up(id=form.cleaned_data["id"], event=event, acting_user=request.user)
    return _next(request, event)


@login_required
@require_POST
def sign_up_cancel(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Give the place back."""
    event = _event(request, uid)
    services.cancel_sign_up(event=event, acting_user=request.user)
    return _next(request, event)


@login_required
@require_http_methods(["GET", "POST"])
def event_here(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Where the code of an event leads: one button says "I am here". Nothing else is asked, nothing hangs on it."""
    event = _event(request, uid)
    if request.method == "POST":
        form = SignUpForm(request.POST)
        if not form.is_valid():
            raise Invalid
        sign_in_here(id=form.cleaned_data["id"], event=event, acting_user=request.user)
        return _next(request, event)
    context = {"event": event, "form": SignUpForm(initial={"id": uuid.uuid4()})}
    return render(request, "gatherings/event_here.html", context | {"been": selectors.been_to(request.user, event)})


@login_required
@require_GET
def event_code(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The code on the organiser's phone; with ?print=1 on a small sheet of paper."""
    event = _event(request, uid)
    if not can_show_code(request.user, event):
        raise Denied
    template = "gatherings/code_sheet.html" if request.GET.get("print") else "gatherings/event_code.html"
    return render(request, template, {"event": event, "drawing": drawing_for(event, request)})


@login_required
@require_GET
def my_events(request: HttpRequest) -> HttpResponse:
    """Where one has been, how long, and the points that came of it; one's own only."""
    return render(request, "gatherings/my_events.html", {"attended": selectors.attended_by(request.user)})
