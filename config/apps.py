"""The project itself as an app: its commands, checks and console start here."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    """Assembles everything; the only app that may import all others."""

    name = "config"
    verbose_name = _("三长")

    def ready(self) -> None:
        """Register the check that keeps demo mode out of production."""
        from config.demo import checks
