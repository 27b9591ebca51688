"""Addresses of benefits."""

from __future__ import annotations

from django.urls import URLPattern, path

from rewards.benefits import paper_views, views

urlpatterns: list[URLPattern] = [
    path("benefits/", views.benefit_list, name="benefit_list"),
    path("benefits/history/", views.benefit_history, name="benefit_history"),
    path("benefits/for/", paper_views.paper_people, name="benefit_paper_people"),
    path("benefits/for/<uuid:uid>/", paper_views.paper_print, name="benefit_paper"),
    path("benefits/paper/<uuid:uid>/", paper_views.paper_show, name="benefit_paper_show"),
    path("benefits/<uuid:uid>/", views.benefit_detail, name="benefit_detail"),
    path("benefits/<uuid:uid>/claim/", views.benefit_claim, name="benefit_claim"),
    path("benefits/<uuid:uid>/give-back/", views.benefit_give_back, name="benefit_give_back"),
    path("benefits/<uuid:uid>/code/", views.benefit_code, name="benefit_code"),
    path("benefits/<uuid:uid>/refused/", views.benefit_refused, name="benefit_refused"),
]
