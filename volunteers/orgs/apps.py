"""Departments and their officers; party organisations; which cadres serve as leaders."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrgsConfig(AppConfig):
    """Departments and their officers; party organisations; which cadres serve as leaders."""

    name = "volunteers.orgs"
    verbose_name = _("部门与党组织")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, and what changes of the structure touch."""
        from volunteers.orgs import console, console_cadres, console_party, touches
