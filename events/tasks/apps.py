"""Tasks, check-ins, roll-ups and outcomes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    """Tasks, check-ins, roll-ups and outcomes."""

    name = "events.tasks"
    verbose_name = _("任务")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the outbox handler, the console, the layer of the map, what changes of the tree mean."""
        from events.tasks import console, layers, services, structure
