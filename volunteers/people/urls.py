"""Addresses of this app."""

from __future__ import annotations

from django.urls import URLPattern, path

from volunteers.people import views

urlpatterns: list[URLPattern] = [path("me/", views.me, name="me")]
