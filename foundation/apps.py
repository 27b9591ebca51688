"""What all stand on: audit, outbox, streams, secrets, clock."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FoundationConfig(AppConfig):
    """What all stand on: audit, outbox, streams, secrets, clock."""

    name = "foundation"
    verbose_name = _("基础")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Look after connections."""
        from foundation import lost

        lost.watch()
