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
        import events.ballots.opening.console
        import events.ballots.opening.jobs
        import events.ballots.opening.views
        import events.ballots.paper.urls
        import events.ballots.roll.console
        import events.ballots.roll.jobs
        import events.ballots.suspicion.console
        import events.ballots.suspicion.dispute_views
        import events.ballots.suspicion.jobs
        import events.ballots.suspicion.views
        import events.ballots.voting.cards
        from events.ballots import guards, quiet, retention

        quiet.keep_quiet()
        pre_migrate.connect(guards.lift_on_sqlite, sender=self)
        post_migrate.connect(guards.install_on_sqlite, sender=self)
