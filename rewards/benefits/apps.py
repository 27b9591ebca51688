"""Benefit packages, vouchers and the merchants who verify them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BenefitsConfig(AppConfig):
    """Benefit packages, vouchers and the merchants who verify them."""

    name = "rewards.benefits"
    verbose_name = _("专属优惠包")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, and what changes of the tree mean."""
        from rewards.benefits import console, console_clerks, console_entitlements, jobs, structure
