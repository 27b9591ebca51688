"""The streams a person follows: sync, live line, read marks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    """The streams a person follows: sync, live line, read marks."""

    name = "volunteers.inbox"
    verbose_name = _("消息")
    default_auto_field = "django.db.models.BigAutoField"
