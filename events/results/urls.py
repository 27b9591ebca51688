"""Addresses of the phone pages of results."""

from __future__ import annotations

from django.urls import URLPattern

from events.results.publication_urls import urlpatterns as publication

urlpatterns: list[URLPattern] = [*publication]
