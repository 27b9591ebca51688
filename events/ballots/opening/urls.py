"""Addresses of the phone pages of the opening."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.ballots.opening import views as opening_views

urlpatterns: list[URLPattern] = [
    path("best/<uuid:uid>/box/", opening_views.box_page, name="ballot_box"),
    path("best/<uuid:uid>/box/envelopes.txt", opening_views.hashes, name="ballot_box_hashes"),
    path("best/<uuid:uid>/box/proof/<str:code>/", opening_views.proof, name="ballot_box_proof"),
]
