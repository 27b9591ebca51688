"""Addresses of the store."""

from __future__ import annotations

from django.urls import URLPattern, path

from rewards.store import views

urlpatterns: list[URLPattern] = [
    path("store/", views.store_home, name="store_home"),
    path("store/goods/<uuid:uid>/", views.store_goods, name="store_goods"),
    path("store/goods/<uuid:uid>/photo/", views.store_photo, name="store_photo"),
    path("store/reservations/<uuid:uid>/", views.store_redemption, name="store_redemption"),
    path("store/reservations/<uuid:uid>/cancel/", views.store_cancel, name="store_cancel"),
    path("store/collectors/", views.store_collectors, name="store_collectors"),
    path("store/collectors/<uuid:uid>/end/", views.store_collector_end, name="store_collector_end"),
    path("store/<uuid:uid>/prices/", views.store_prices, name="store_prices"),
]
