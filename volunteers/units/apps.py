"""The tree of units, who holds which role in it, and what that allows."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    """The tree of units, who holds which role in it, and what that allows."""

    name = "volunteers.units"
    verbose_name = _("单位与任职")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console's menus."""
        from volunteers.units import console
