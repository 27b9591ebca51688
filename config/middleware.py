"""The content security policy: strict for the site, wider under the console, which Wagtail writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

CONSOLE = "/console/"
_CONSOLE_DIRECTIVES: dict[str, Any] = {
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "frame-ancestors": [SELF],
    "frame-src": [SELF],
}


class ContentSecurityPolicyMiddleware:
    """Adds one of two ready-made policies, built by django-csp from the settings (rule R39)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.site = build_policy()
        self.console = build_policy(replace=_CONSOLE_DIRECTIVES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = self.console if request.path.startswith(CONSOLE) else self.site
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
