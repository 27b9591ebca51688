"""The ballot box: who may vote, sealed envelopes, paper, suspicion, the opening."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BallotsConfig(AppConfig):
    """The ballot box: who may vote, sealed envelopes, paper, suspicion, the opening."""

    name = "events.ballots"
    verbose_name = _("票箱")
    default_auto_field = "django.db.models.BigAutoField"
