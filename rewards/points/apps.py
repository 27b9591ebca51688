"""The ledger of points."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    """The ledger of points."""

    name = "rewards.points"
    verbose_name = _("积分")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What watches over the books, and what follows the tree."""
        from rewards.points import console, console_books, jobs, nightly, structure
