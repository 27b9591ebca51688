"""What all stand on: audit, outbox, streams, secrets, clock."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class FoundationConfig(AppConfig):
    """What all stand on: audit, outbox, streams, secrets, clock."""

    name = "foundation"
    verbose_name = _("基础")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Look after connections, seal and let go, and learn what every app stores about people."""
        from foundation import checks, lost, upkeep

        lost.watch()
        autodiscover_modules("personal")
