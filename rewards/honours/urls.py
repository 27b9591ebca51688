"""Addresses of honours."""

from __future__ import annotations

from django.urls import URLPattern, path

from rewards.honours import views

urlpatterns: list[URLPattern] = [
    path("honours/", views.honours, name="honours"),
    path("honours/proofs/", views.proof_print, name="proof_print"),
    path("honours/proofs/<uuid:uid>/", views.service_proof, name="service_proof"),
    path("honours/proofs/<uuid:uid>/withdraw/", views.service_proof_withdraw, name="service_proof_withdraw"),
    path("honours/certificates/<uuid:uid>/", views.certificate, name="certificate"),
    path("honours/certificates/<uuid:uid>/hide/", views.certificate_hide, name="certificate_hide"),
    path("certificates/", views.certificate_check, name="certificate_check_form"),
    path("certificates/<str:number>/", views.certificate_check, name="certificate_check"),
    path("thanks/", views.thanks_choose, name="thanks_choose"),
    path("thanks/to/<uuid:uid>/", views.thanks_send, name="thanks_send"),
    path("thanks/<uuid:uid>/hide/", views.thanks_hide, name="thanks_hide"),
    path("thanks/<uuid:uid>/report/", views.thanks_report, name="thanks_report"),
]
