"""Addresses of the phone pages of the panel."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.campaigns.panel import views

panel_urls: list[URLPattern] = [
    path("best/panel/", views.panel_home, name="panel"),
    path("best/panel/<uuid:uid>/", views.panel_member, name="panel_member"),
    path("best/panel/<uuid:uid>/accept/", views.panel_accept, name="panel_accept"),
    path("best/panel/<uuid:uid>/leave/", views.panel_leave, name="panel_leave"),
    path("best/panel/<uuid:uid>/declare/", views.panel_declare, name="panel_declare"),
    path("best/panel/mark/<uuid:uid>/", views.panel_mark, name="panel_mark"),
]
