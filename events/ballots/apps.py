"""The ballot box: who may vote, sealed envelopes, paper, suspicion, the opening."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class BallotsConfig(AppConfig):
    """The ballot box: who may vote, sealed envelopes, paper, suspicion, the opening."""

    name = "events.ballots"
    verbose_name = _("票箱")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what guards the tables on SQLite, around migrations; and what opening the vote asks for."""
        from events.ballots import (  # noqa: F401
            cards,
            dispute_views,
            guards,
            opening_console,
            opening_jobs,
            opening_views,
            paper_urls,
            quiet,
            retention,
            roll_console,
            roll_jobs,
            suspicion_console,
            suspicion_jobs,
            suspicion_views,
        )

        quiet.keep_quiet()
        pre_migrate.connect(guards.lift_on_sqlite, sender=self)
        post_migrate.connect(guards.install_on_sqlite, sender=self)
