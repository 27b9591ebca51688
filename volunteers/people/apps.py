"""Persons: names, sealed phone numbers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Persons: names, sealed phone numbers."""

    name = "volunteers.people"
    verbose_name = _("人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, and what is kept when somebody joins the roll."""
        from volunteers.people import audit_console, console, data_console, joined
