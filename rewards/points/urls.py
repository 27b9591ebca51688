"""Addresses of points."""

from __future__ import annotations

from django.urls import URLPattern, path

from rewards.points import views

urlpatterns: list[URLPattern] = [
    path("points/", views.points, name="points"),
    path("points/print/", views.points_print, name="points_print"),
    path("points/rules/", views.points_rules, name="points_rules"),
]
