"""Addresses of the phone pages of results."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
