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
        import events.campaigns.nominees.cards
        import events.campaigns.nominees.console
        import events.campaigns.nominees.lots
        import events.campaigns.nominees.nominations
        import events.campaigns.nominees.objection_console
        import events.campaigns.nominees.objections
        import events.campaigns.panel.cards
        import events.campaigns.panel.console
        import events.campaigns.panel.services
        from events.campaigns import console, jobs, news, places
