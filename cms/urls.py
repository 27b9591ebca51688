"""Addresses of notices, events and stories for readers; the lists and the home page come from Wagtail's routing."""

from __future__ import annotations

from django.urls import URLPattern, path

from cms import reading, story_reading

urlpatterns: list[URLPattern] = [
    path("notices/<uuid:uid>/", reading.notice_detail, name="notice_detail"),
    path("notices/<uuid:uid>/read/", reading.notice_read, name="notice_read"),
    path("notices/<uuid:uid>/photos/<int:image_id>/", reading.notice_photo, name="notice_photo"),
    path("events/<uuid:uid>/", reading.event_detail, name="event_detail"),
    path("events/<uuid:uid>/photos/<int:image_id>/", reading.event_photo, name="event_photo"),
    path("stories/", story_reading.story_list, name="story_list"),
    path("stories/<uuid:uid>/", story_reading.story_detail, name="story_detail"),
    path("stories/<uuid:uid>/photos/<int:image_id>/", story_reading.story_photo, name="story_photo"),
    path("stories/consents/<uuid:uid>/", story_reading.story_consent, name="story_consent"),
    path(
        "stories/consents/<uuid:uid>/photos/<int:image_id>/",
        story_reading.story_consent_photo,
        name="story_consent_photo",
    ),
    path("media/<path:name>", reading.console_media, name="console_media"),
]
