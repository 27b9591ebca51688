"""Hours of an event at a desk."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods
from wagtail import hooks

from events.gatherings.hours_views import DESK, hours_back_page, hours_page
from volunteers.units.console import requires
from volunteers.units.rights import Right


@requires(Right.CONFIRM_HOURS)
@require_http_methods(["GET", "POST"])
def event_hours(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Who came, to be confirmed with one button."""
    return hours_page(request, uid, DESK)


@requires(Right.CONFIRM_HOURS)
@require_http_methods(["GET", "POST"])
def hours_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One person's hours, taken back."""
    return hours_back_page(request, uid, DESK)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("events/<uuid:uid>/hours/", event_hours, name="console_event_hours"),
        path("events/hours/<uuid:uid>/back/", hours_back, name="console_hours_back"),
    ]
