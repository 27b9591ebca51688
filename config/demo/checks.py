"""A district in service is never a demo: the check that refuses the two together."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

PRODUCTION_MODULE = "config.settings.prod"


def in_production() -> bool:
    """Whether these are production settings, under that name or another: sealed cookies or forced HTTPS say so."""
    named = getattr(settings, "SETTINGS_MODULE", "") == PRODUCTION_MODULE
    return named or bool(settings.SECURE_SSL_REDIRECT or settings.SECURE_HSTS_SECONDS)


def demo_is_allowed() -> bool:
    """Whether one may pick whose eyes to see with: in demo mode, and never with production settings."""
    return bool(settings.DEMO) and not in_production()


@register(Tags.security)
def demo_never_in_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """On /demo/ anybody becomes anybody: an error with production settings."""
    if settings.DEMO and in_production():
        hint = "去掉环境变量 DEMO，或改用 config.settings.dev。"
        return [Error("生产环境不能打开演示模式：在 /demo/ 谁都能以任何人的身份进来。", hint=hint, id="demo.E001")]
    return []
