"""Merchants: how they join, what they offer, what they verified, whether promises are kept."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MerchantsConfig(AppConfig):
    """Merchants: how they join, what they offer, what they verified, whether promises are kept."""

    name = "rewards.merchants"
    verbose_name = _("爱心商家")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console."""
        from rewards.merchants import console, console_refusals, console_wishes
