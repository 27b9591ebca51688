"""Addresses of this app that Wagtail does not serve, found before its own; the rest is in `console.py`."""

from __future__ import annotations

from django.urls import URLPattern, path

from volunteers.atlas.console import map_outlines

urlpatterns: list[URLPattern] = [path("map/outlines.json", map_outlines, name="console_map_outlines")]
