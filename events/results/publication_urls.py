"""Addresses of what was published of a campaign."""

from __future__ import annotations

from django.urls import path

from events.results import publication_views as views

urlpatterns = [
    path("best/verify_campaign.py", views.campaign_verifier, name="campaign_verifier"),
    path("best/<uuid:uid>/publication.zip", views.campaign_publication, name="campaign_publication"),
]
