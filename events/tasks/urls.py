"""Addresses of tasks."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.tasks import views

urlpatterns: list[URLPattern] = [
    path("tasks/", views.task_list, name="task_list"),
    path("tasks/new/", views.task_create, name="task_create"),
    path("tasks/new/reach/", views.task_reach, name="task_reach"),
    path("tasks/waiting/", views.check_in_list, name="check_in_list"),
    path("tasks/waiting/confirm/", views.check_in_confirm, name="check_in_confirm"),
    path("tasks/<uuid:task_id>/", views.task_detail, name="task_detail"),
    path("tasks/<uuid:task_id>/done/", views.task_done, name="task_done"),
    path("tasks/<uuid:task_id>/change/", views.check_in_change, name="check_in_change"),
    path("tasks/<uuid:task_id>/decline/", views.task_decline, name="task_decline"),
    path("tasks/<uuid:task_id>/for/<uuid:appointment_uid>/", views.check_in_for, name="check_in_for"),
    path("tasks/<uuid:task_id>/rollup/", views.task_rollup, name="task_rollup"),
    path("tasks/<uuid:task_id>/close/", views.task_close, name="task_close"),
    path("tasks/<uuid:task_id>/outcome/", views.task_outcome, name="task_outcome"),
    path("tasks/check-ins/<uuid:check_in_id>/return/", views.check_in_return, name="check_in_return"),
    path("tasks/check-ins/<uuid:check_in_id>/photo/", views.check_in_photo, name="check_in_photo"),
    path("tasks/<uuid:task_id>/outcome/<str:which>/", views.outcome_photo, name="outcome_photo"),
]
