"""Addresses of the phone pages of the opening."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
