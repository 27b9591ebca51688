"""Addresses of sign-ups and hours; the pages of events are in `cms.urls`."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.gatherings import hours_views, views

urlpatterns: list[URLPattern] = [
    path("events/mine/", views.my_events, name="my_events"),
    path("events/hours/", hours_views.hours_list, name="hours_list"),
    path("events/hours/<uuid:uid>/back/", hours_views.hours_back, name="hours_back"),
    path("events/<uuid:uid>/sign-up/", views.sign_up, name="event_sign_up"),
    path("events/<uuid:uid>/cancel/", views.sign_up_cancel, name="event_cancel"),
    path("events/<uuid:uid>/here/", views.event_here, name="event_here"),
    path("events/<uuid:uid>/code/", views.event_code, name="event_code"),
    path("events/<uuid:uid>/hours/", hours_views.event_hours, name="event_hours"),
]
