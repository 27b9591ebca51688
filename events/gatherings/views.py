"""Signing up for an event, and taking it back. The page of an event is composed in `cms.reading`."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from events.gatherings import services
from events.gatherings.forms import SignUpForm
from events.gatherings.models import Event
from foundation.errors import Invalid
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
