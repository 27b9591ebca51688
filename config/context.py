"""What every phone page knows: whose eyes, which tabs, which look."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.personas import persona_of, tabs_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Variables of `base.html`; nothing is asked of the database unless the template uses it."""
    user = getattr(request, "user", None)
    persona = SimpleLazyObject(lambda: persona_of(user))
    return {
        "persona": persona,
        "tabs": SimpleLazyObject(lambda: tabs_of(str(persona), request.path)),
        "elder": request.COOKIES.get("mode") == "elder",
        "theme": request.COOKIES.get("theme", "auto"),
        "LIVE_URL": settings.LIVE_URL,
        "DEMO": settings.DEMO,
    }
