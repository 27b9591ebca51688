"""Addresses of this app."""

from __future__ import annotations

from django.urls import URLPattern, path

from volunteers.posts import views

urlpatterns: list[URLPattern] = [
    path("posts/mine/", views.post_mine, name="post_mine"),
    path("posts/propose/", views.post_propose, name="post_propose"),
    path("posts/proposals/<uuid:uid>/", views.post_proposal, name="post_proposal"),
    path("posts/proposals/<uuid:uid>/withdraw/", views.post_proposal_withdraw, name="post_proposal_withdraw"),
    path("posts/notices/", views.post_notice_list, name="post_notice_list"),
    path("posts/notices/<uuid:uid>/", views.post_notice, name="post_notice"),
    path("posts/notices/<uuid:uid>/object/", views.post_objection, name="post_objection"),
    path("posts/leaves/<uuid:uid>/end/", views.post_leave_end, name="post_leave_end"),
    path("posts/<uuid:uid>/leave/", views.post_leave, name="post_leave"),
    path("posts/<uuid:uid>/stand-in/decline/", views.post_stand_in_decline, name="post_stand_in_decline"),
    path("posts/<uuid:uid>/step-down/", views.post_step_down, name="post_step_down"),
    path("posts/<uuid:uid>/handover/", views.post_handover, name="post_handover"),
]
