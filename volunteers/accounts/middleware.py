"""Sessions end when rights or devices were revoked (rule R25); the console asks for the second factor (rule R29)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from foundation.errors import Denied
from volunteers.accounts import devices, second_factor
from volunteers.accounts.models import User
from volunteers.accounts.services import EPOCH, SECOND_FACTOR, has_second_factor, may_use_console

CONSOLE = "/console/"
OPEN = ("/console/login/", "/console/logout/", "/console/password_reset/")
NOTE_USE_EVERY = 60  # seconds: a session is not written at every request


class SessionGuardMiddleware:
    """Signs out a session whose epoch is not the account's: raising `auth_epoch` ends every session at once.

    For addresses under /console/ it also wants a staff role held today and a second factor given in this session.
    """

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
                if _is_a_page(request) and isinstance(request.user, User):
                    devices.note_use(request, request.user)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> HttpResponse | None:
        """Guard the console; people without a staff role get 403."""
        if not request.path.startswith(CONSOLE) or request.path.startswith(OPEN):
            return None
        return _console_guard(request)


def _is_a_page(request: HttpRequest) -> bool:
    """Whether a person looks at a page: `/sync` and the API shall not write into sessions beside it."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def _console_guard(request: HttpRequest) -> HttpResponse | None:
    user = request.user
    if not isinstance(user, User):  # `request.user` is lazy, but passes for what it holds
        return redirect_to_login(request.get_full_path(), reverse("staff_login"))
    if not may_use_console(user):
        # An exception raised here would pass by the middleware that words refusals.
        return render(request, "errors/refused.html", {"refused": Denied()}, status=Denied.status)
    if _second_factor_holds(request):
        return None
    page = "staff_code" if second_factor.is_enrolled(user) else "staff_login"
    return redirect_to_login(request.get_full_path(), reverse(page))


def _second_factor_holds(request: HttpRequest) -> bool:
    """Whether the console session is young enough and was used lately; notes the use."""
    if not has_second_factor(request.session):
        request.session.pop(SECOND_FACTOR, None)
        return False
    kept, now = request.session[SECOND_FACTOR], timezone.now().timestamp()
    if now - kept["seen"] > NOTE_USE_EVERY:
        request.session[SECOND_FACTOR] = kept | {"seen": now}
    return True
