"""Addresses of homes."""

from __future__ import annotations

from django.urls import URLPattern, path

from volunteers.homes import views
from volunteers.homes.public import find, join, sign

urlpatterns: list[URLPattern] = [
    path("find/", find, name="find"),
    path("s/<str:code>/", sign, name="sign"),
    path("join/<str:code>/", join, name="join"),
    path("homes/", views.homes, name="homes"),
    path("homes/mine/", views.my_home, name="my_home"),
    path("homes/mine/visits/", views.my_visits, name="my_visits"),
    path("homes/mine/listing/", views.my_listing, name="my_listing"),
    path("homes/mine/left/", views.my_leaving, name="my_leaving"),
    path("homes/enter/<uuid:uid>/", views.resident_enter, name="resident_enter"),
    path("homes/residents/<uuid:uid>/confirm/", views.resident_confirm, name="resident_confirm"),
    path("homes/residents/<uuid:uid>/decline/", views.resident_decline, name="resident_decline"),
    path("homes/residents/<uuid:uid>/door/", views.resident_door, name="resident_door"),
    path("homes/residents/<uuid:uid>/left/", views.resident_left, name="resident_left"),
    path("homes/<uuid:uid>/", views.household_detail, name="household_detail"),
    path("homes/<uuid:uid>/visits/", views.household_visits, name="household_visits"),
]
