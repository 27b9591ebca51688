"""Addresses of the phone pages against stuffing."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
