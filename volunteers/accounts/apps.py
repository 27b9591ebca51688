"""What signs in for a person: phone code, WeChat, staff password with TOTP."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """What signs in for a person: phone code, WeChat, staff password with TOTP."""

    name = "volunteers.accounts"
    verbose_name = _("账号")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handler of text messages and the checks."""
        from volunteers.accounts import checks, jobs, known, sms  # noqa: F401
