"""Addresses of merchants."""

from __future__ import annotations

from django.urls import URLPattern, path

from rewards.merchants import public, till, views
from rewards.merchants.models import Want

urlpatterns: list[URLPattern] = [
    path("merchant/", till.merchant_verify, name="merchant_verify"),
    path("merchant/confirm/", till.merchant_confirm, name="merchant_confirm"),
    path("merchant/shop/", till.merchant_choose, name="merchant_choose"),
    path("merchant/uses/<uuid:uid>/void/", till.merchant_void, name="merchant_void"),
    path("merchant/history/", views.merchant_history, name="merchant_history"),
    path("merchant/history/csv/", views.merchant_statement, name="merchant_statement"),
    path("merchant/benefits/", views.merchant_benefits, name="merchant_benefits"),
    path("merchant/benefits/new/", views.merchant_offer, name="merchant_offer"),
    path("merchant/benefits/<uuid:uid>/pause/", views.merchant_ask, {"want": Want.PAUSE}, name="merchant_ask_pause"),
    path("merchant/benefits/<uuid:uid>/resume/", views.merchant_ask, {"want": Want.RESUME}, name="merchant_ask_resume"),
    path("merchant/benefits/<uuid:uid>/end/", views.merchant_ask, {"want": Want.END}, name="merchant_ask_end"),
    path("merchant/wishes/<uuid:uid>/back/", views.merchant_take_back, name="merchant_take_back"),
    path("merchant/sign/", views.merchant_sign, name="merchant_sign"),
    path("merchant/agreement/", views.merchant_agreement, name="merchant_agreement"),
    path("merchant/join/", public.merchant_join, name="merchant_join"),
    path("merchant/join/<str:token>/", public.merchant_invitation, name="merchant_invitation"),
    path("shops/", public.shop_list, name="shop_list"),
    path("shops/<uuid:uid>/", public.shop_detail, name="shop_detail"),
]
