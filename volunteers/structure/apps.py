"""Dated changes of the tree of units, and where a unit lay on a day."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StructureConfig(AppConfig):
    """Dated changes of the tree of units, and where a unit lay on a day."""

    name = "volunteers.structure"
    verbose_name = _("结构调整")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, the job of midnight, and what is kept before a correction."""
        from volunteers.structure import console, corrected, jobs
