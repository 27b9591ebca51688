"""Addresses of the phone pages of ballots."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
