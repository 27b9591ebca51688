"""The map of the district: outlines, layers, coordinates."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AtlasConfig(AppConfig):
    """The map of the district: outlines, layers, coordinates."""

    name = "volunteers.atlas"
    verbose_name = _("社区治理地图")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the layers, the checks, the console and the jobs."""
        from volunteers.atlas import console, jobs, own_layers, tiles
