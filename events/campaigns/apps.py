"""The best neighbour leaders (最美邻长评选): the life of a campaign and the people in it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """The best neighbour leaders (最美邻长评选): the life of a campaign and the people in it."""

    name = "events.campaigns"
    verbose_name = _("最美邻长评选")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the clock, what is told, the console."""
        from events.campaigns import (  # noqa: F401
            console,
            jobs,
            lots,
            news,
            nominations,
            nominee_cards,
            nominee_console,
            objections,
            panel,
            panel_cards,
            panel_console,
        )
