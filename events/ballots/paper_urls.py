"""Addresses of the phone pages of ballots on paper and of the counter."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
