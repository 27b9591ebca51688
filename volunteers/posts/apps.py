"""The life of a role held: proposing, vetting, notice, leave, ending, handing over."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostsConfig(AppConfig):
    """The life of a role held: proposing, vetting, notice, leave, ending, handing over."""

    name = "volunteers.posts"
    verbose_name = _("任职管理")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the console, what the days bring, and the sections of the hand-over pack."""
        from volunteers.posts import console, handover, jobs
