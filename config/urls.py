"""Every address of the site, in one place."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as console_urls

from config import views
from config.api import api

handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("csrf/", views.csrf_token, name="csrf_token"),
    path("prefs/", views.prefs, name="prefs"),
    path("language/", views.language, name="language"),
    path("outbox/", views.outbox, name="outbox"),
    path("api/", api.urls),
    path("", include("events.tasks.urls")),  # the most asked for is found first
    path("", include("volunteers.accounts.urls")),
    path("", include("volunteers.people.urls")),
    path("", include("volunteers.homes.urls")),
    path("", include("volunteers.posts.urls")),
    path("", include("volunteers.orgs.urls")),
    path("", include("volunteers.inbox.urls")),
    path("", include("rewards.points.urls")),
    path("", include("rewards.benefits.urls")),
    path("", include("rewards.merchants.urls")),
    path("", include("rewards.store.urls")),
    path("", include("rewards.honours.urls")),
    path("", include("events.gatherings.urls")),
    path("", include("events.campaigns.urls")),
    path("", include("events.ballots.urls")),
    path("", include("events.results.urls")),
    path("", include("cms.urls")),
    path("console/", include("volunteers.atlas.urls")),
    path("console/", include(console_urls)),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("config.demo.urls")))
urlpatterns.append(path("", include(wagtail_urls)))
