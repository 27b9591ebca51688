"""Two addresses."""

from __future__ import annotations

from django.urls import path

from tests.speed.naive import views

urlpatterns = [path("checkin/", views.check_in), path("", views.home)]
