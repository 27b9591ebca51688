"""A session ends when the person's rights or devices were revoked (rule R25)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

EPOCH = "epoch"


class SessionGuardMiddleware:
    """Signs out a session whose epoch is not the account's: raising `auth_epoch` ends every session at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.get("_auth_user_id"):
            user = request.user
            if user.is_authenticated:
                if EPOCH not in request.session:
                    request.session[EPOCH] = user.auth_epoch
                elif request.session[EPOCH] != user.auth_epoch:
                    logout(request)
        return self.get_response(request)
