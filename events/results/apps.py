"""What a campaign comes to: scores from their parts, winners, the publication that anybody may recount."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResultsConfig(AppConfig):
    """What a campaign comes to: scores from their parts, winners, the publication that anybody may recount."""

    name = "events.results"
    verbose_name = _("评选结果")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what happens as a result comes about, its publication, cards and the console."""
        from events.results import cards, console, publishing_jobs, services
