"""Addresses of the phone pages of the panel."""

from __future__ import annotations

from django.urls import URLPattern

panel_urls: list[URLPattern] = []
