"""Addresses of the phone pages of results."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.results import views
from events.results.publication_urls import urlpatterns as publication_urls

urlpatterns: list[URLPattern] = [
    path("best/<uuid:uid>/result/", views.result, name="result"),
    path("best/<uuid:uid>/result/mine/", views.result_mine, name="result_mine"),
    path("best/<uuid:uid>/result/poster/", views.result_poster, name="result_poster"),
    path("best/<uuid:uid>/result/share/", views.result_share, name="result_share"),
    path("best/winner/<uuid:uid>/", views.winner, name="result_winner"),
    path("best/winner/<uuid:uid>/poster/", views.winner_poster, name="result_winner_poster"),
    path("best/winner/<uuid:uid>/share/", views.winner_share, name="result_winner_share"),
    *publication_urls,
]
