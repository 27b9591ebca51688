"""What signs in for a person: phone code, WeChat, staff password with TOTP, passkeys; and the devices they use."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """What signs in for a person: phone code, WeChat, staff password with TOTP, passkeys; and the devices they use."""

    name = "volunteers.accounts"
    verbose_name = _("账号")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handler of text messages, the checks, the figures, and what ends with a session."""
        from volunteers.accounts import checks, console, jobs, metrics, sms

        user_logged_out.connect(_forget_device, dispatch_uid="accounts.forget_device")


def _forget_device(sender: Any, request: Any, **more: Any) -> None:
    """Signing out by hand or by the session guard: Django's own hook, since no service of ours is in the way."""
    from volunteers.accounts.devices import forget_session

    forget_session(getattr(getattr(request, "session", None), "session_key", None))
