"""Wagtail pages: home, notices, events, stories."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """Wagtail pages: home, notices, events, stories."""

    name = "cms"
    verbose_name = _("内容")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to Wagtail's publishing, register the outbox handler and the console."""
        from cms import console, jobs, receivers, sections, story_console, structure, winner_stories
