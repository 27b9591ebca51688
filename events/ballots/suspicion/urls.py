"""Addresses of the phone pages against stuffing."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.ballots.suspicion import dispute_views

urlpatterns: list[URLPattern] = [
    path("best/<uuid:uid>/vote/dispute/", dispute_views.dispute, name="ballot_dispute"),
]
