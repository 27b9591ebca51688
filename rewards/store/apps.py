"""The points store: stock, price list, reservations, exchange days, passbooks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    """The points store: stock, price list, reservations, exchange days, passbooks."""

    name = "rewards.store"
    verbose_name = _("积分超市")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, what a hold that runs out means here, and what a structure change does."""
        from rewards.store import console, services, structure
