"""Addresses of sign-ups; the pages of events are in `cms.urls`."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.gatherings import views

urlpatterns: list[URLPattern] = [
    path("events/<uuid:uid>/sign-up/", views.sign_up, name="event_sign_up"),
    path("events/<uuid:uid>/cancel/", views.sign_up_cancel, name="event_cancel"),
]
