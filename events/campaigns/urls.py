"""Addresses of the phone pages of campaigns."""

from __future__ import annotations

from django.urls import URLPattern

from events.campaigns.nominee_urls import nominee_urls
from events.campaigns.panel_urls import panel_urls

urlpatterns: list[URLPattern] = [*nominee_urls, *panel_urls]
