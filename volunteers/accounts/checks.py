"""What must not go into service: sign-in that cannot reach a phone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def a_gateway_is_set_up(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """`check --deploy`: outside the demo there is a gateway, and it is asked over TLS or on this machine."""
    url = settings.SMS_GATEWAY_URL
    if settings.DEMO:
        return []
    if not url:
        return [Error("SMS_GATEWAY_URL is not set: codes would go to the log only", id="accounts.E001")]
    if not url.startswith(("https://", "http://127.0.0.1")):
        return [Error("SMS_GATEWAY_URL must be https: codes would travel in clear", id="accounts.E002")]
    return []
