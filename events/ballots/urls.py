"""Addresses of the phone pages of ballots; paper, suspicion and the opening keep lists of their own."""

from __future__ import annotations

from django.urls import URLPattern

from events.ballots.opening_urls import urlpatterns as opening
from events.ballots.paper_urls import urlpatterns as paper
from events.ballots.suspicion_urls import urlpatterns as suspicion

urlpatterns: list[URLPattern] = [*paper, *suspicion, *opening]
