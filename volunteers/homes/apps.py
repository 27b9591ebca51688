"""Residents and where they belong."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomesConfig(AppConfig):
    """Residents and where they belong."""

    name = "volunteers.homes"
    verbose_name = _("住户与居民")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, the periodic job, and what a structure change means here."""
        from volunteers.homes import console, console_homes, figures, finders, jobs, touches
