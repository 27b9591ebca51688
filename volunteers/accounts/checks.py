"""What must not go into service: sign-in that cannot reach a phone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

_TENCENT = ("SECRET_ID", "SECRET_KEY", "APP_ID", "SIGN_NAME", "TEMPLATE_ID")


@register(Tags.security, deploy=True)
def a_gateway_is_set_up(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """`check --deploy`: outside the demo there is a gateway, asked over TLS or on this machine, and fully named."""
    if settings.DEMO:
        return []
    name, url = "SMS_GATEWAY_URL", settings.SMS_GATEWAY_URL
    if settings.SMS_PROVIDER == "tencent":
        name, url = "TENCENT_SMS_URL", settings.TENCENT_SMS_URL
        missing = [f"TENCENT_SMS_{part}" for part in _TENCENT if not getattr(settings, f"TENCENT_SMS_{part}")]
        if missing:
            return [Error(f"{', '.join(missing)} not set: no message would leave", id="accounts.E003")]
    if not url:
        return [Error("SMS_GATEWAY_URL is not set: codes would go to the log only", id="accounts.E001")]
    if not url.startswith(("https://", "http://127.0.0.1")):
        return [Error(f"{name} must be https: codes would travel in clear", id="accounts.E002")]
    return []
