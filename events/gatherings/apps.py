"""Events people come to: sign-up and attendance."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GatheringsConfig(AppConfig):
    """Events people come to: sign-up and attendance."""

    name = "events.gatherings"
    verbose_name = _("活动")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the outbox handlers, the console, and what changes of the tree mean."""
        from events.gatherings import console, hours, reversing, services, structure
