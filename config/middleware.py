"""The content security policy: strict for the site, wider under the console, which Wagtail writes, and on the map also
open for the pictures of the one source that the district has named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from volunteers.atlas import tiles

CONSOLE, MAP = "/console/", "/console/map/"
_CONSOLE_DIRECTIVES: dict[str, Any] = {
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "frame-ancestors": [SELF],
    "frame-src": [SELF],
}


class ContentSecurityPolicyMiddleware:
    """Adds one of three ready-made policies, built by django-csp from the settings (rule R39)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.site = build_policy()
        self.console = build_policy(replace=_CONSOLE_DIRECTIVES)
        pictures = [*settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"], *tiles.hosts()]
        self.map = build_policy(replace={**_CONSOLE_DIRECTIVES, "img-src": pictures})

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self._policy(request.path))
        return response

    def _policy(self, path: str) -> str:
        if not path.startswith(CONSOLE):
            return self.site
        return self.map if path.startswith(MAP) else self.console
