"""Addresses of this app."""

from __future__ import annotations

from django.urls import URLPattern, path

from volunteers.inbox import views

urlpatterns: list[URLPattern] = [
    path("sync", views.sync, name="sync"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.mark_read, name="inbox_read"),
]
