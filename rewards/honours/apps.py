"""Recognition that needs no vote: service hours, certificates, thanks, anniversaries."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HonoursConfig(AppConfig):
    """Recognition that needs no vote: service hours, certificates, thanks, anniversaries."""

    name = "rewards.honours"
    verbose_name = _("荣誉")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, the figure of the monthly report and what comes round by itself."""
        from rewards.honours import console, console_certificates, figures, jobs
