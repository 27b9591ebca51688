"""Addresses of the phone pages of who is put forward, seconded and vetted."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.campaigns.nominees import views

_CAMPAIGN, _ONE, _CANDIDATE = "best/<uuid:uid>/", "best/nominations/<uuid:uid>/", "best/candidates/<uuid:uid>/"
nominee_urls: list[URLPattern] = [
    path(f"{_CAMPAIGN}nominate/", views.nominate, name="nominate"),
    path(f"{_CAMPAIGN}mine/", views.nomination_mine, name="nomination_mine"),
    path(f"{_CAMPAIGN}second/", views.second_list, name="second_list"),
    path(f"{_CAMPAIGN}vet/", views.vet_list, name="vet_list"),
    path(f"{_CAMPAIGN}candidates/", views.candidate_list, name="candidate_list"),
    path(_ONE, views.nomination, name="nomination"),
    path(f"{_ONE}answer/", views.nomination_answer, name="nomination_answer"),
    path(f"{_ONE}withdraw/", views.nomination_withdraw, name="nomination_withdraw"),
    path(f"{_ONE}second/", views.nomination_second, name="nomination_second"),
    path(f"{_ONE}vet/", views.nomination_vet, name="nomination_vet"),
    path(_CANDIDATE, views.candidate, name="candidate"),
    path(f"{_CANDIDATE}objection/", views.objection_raise, name="objection_raise"),
]
