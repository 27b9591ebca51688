"""What must not start: a personal field of which the registry knows nothing."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from foundation import privacy


@register("privacy")
def every_personal_field_is_registered(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """`privacy.E001`: a field that looks personal is neither registered nor declared impersonal."""
    hint = "see `foundation/privacy.py` and docs/personal-data.md"
    return [Error(fault, hint=hint, id="privacy.E001") for fault in privacy.faults()]
