"""The roster workbook: reading, verdicts, import, undo."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RosterConfig(AppConfig):
    """The roster workbook: reading, verdicts, import, undo."""

    name = "volunteers.roster"
    verbose_name = _("花名册")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, the jobs, and what changes of the tree mean."""
        from volunteers.roster import console, jobs, structure
