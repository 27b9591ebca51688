"""What was promised and what was given, per unit and rule; nothing per person."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """What was promised and what was given, per unit and rule; nothing per person."""

    name = "rewards.reports"
    verbose_name = _("福利报表")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The pages, and the months that are added up."""
        from rewards.reports import console, jobs
