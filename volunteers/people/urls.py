"""Addresses of this app."""

from __future__ import annotations

from django.urls import URLPattern, path

from volunteers.people import data_views, views

urlpatterns: list[URLPattern] = [
    path("me/", views.me, name="me"),
    path("me/data/", data_views.my_data, name="my_data"),
    path("me/data/copy/", data_views.my_copy, name="my_copy"),
    path("me/data/correct/", data_views.my_corrections, name="my_corrections"),
    path("me/data/object/", data_views.my_objection, name="my_objection"),
    path("me/data/delete/", data_views.my_deletion, name="my_deletion"),
    path("me/data/gone/", data_views.data_gone, name="data_gone"),
    path("me/data/consents/<slug:document>/", data_views.my_consent, name="my_consent"),
    path("me/data/requests/<uuid:uid>/withdraw/", data_views.my_request_withdraw, name="my_request_withdraw"),
    path("people/<uuid:uid>/phone/", data_views.phone, name="person_phone"),
]
