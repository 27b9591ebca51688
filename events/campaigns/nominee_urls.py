"""Addresses of the phone pages of who is put forward, seconded and vetted."""

from __future__ import annotations

from django.urls import URLPattern

nominee_urls: list[URLPattern] = []
