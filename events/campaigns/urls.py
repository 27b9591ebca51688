"""Addresses of the phone pages of campaigns."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.campaigns import views
from events.campaigns.nominees.urls import nominee_urls
from events.campaigns.panel.urls import panel_urls

urlpatterns: list[URLPattern] = [
    path("best/", views.campaign_list, name="campaigns"),
    path("best/<uuid:uid>/", views.campaign_page, name="campaign"),
    path("best/<uuid:uid>/charter.json", views.campaign_charter, name="campaign_charter"),
    *nominee_urls,
    *panel_urls,
]
