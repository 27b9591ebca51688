"""The address of the demo page; included in demo mode only."""

from __future__ import annotations

from django.urls import path

from config.demo import views

urlpatterns = [path("", views.demo, name="demo")]
