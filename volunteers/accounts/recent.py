"""Sensitive acts want somebody who is there now: a sign-in, a second factor or a code of the last ten minutes (R26)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from foundation.errors import Denied
from foundation.middleware import wants_json
from volunteers.accounts.models import User
from volunteers.accounts.services import SECOND_FACTOR, SIGNED_IN

CONFIRMED = "confirmed_at"
View = Callable[..., HttpResponseBase]


def is_recent(session: SessionBase) -> bool:
    """Whether this session was signed in, or confirmed, in the last ten minutes."""
    factor = session.get(SECOND_FACTOR) or {}
    newest = max(session.get(SIGNED_IN, 0), session.get(CONFIRMED, 0), factor.get("at", 0))
    return timezone.now().timestamp() - newest <= settings.RECENT_SIGN_IN_SECONDS


def mark_confirmed(session: SessionBase) -> None:
    """Note that the person has just shown again who they are."""
    session[CONFIRMED] = timezone.now().timestamp()


def confirm_first(request: HttpRequest, back: str) -> HttpResponse:
    """The way to the page that asks again, which then leads to `back`."""
    return redirect(f"{reverse('confirm')}?{urlencode({'next': back})}")


def require_recent_sign_in(back: str = "") -> Callable[[View], View]:
    """A view for somebody signed in who has shown lately who they are; else they are asked first.

    `back`: the name of the page (without arguments) to come back to; by default the address itself, for pages that
    answer GET. A program gets 403 in words.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(reverse(back) if back else request.get_full_path())
            if is_recent(request.session):
                return view(request, *args, **kwargs)
            if wants_json(request):
                raise Denied(_("为了安全，请先再确认一次是您本人。"))
            return confirm_first(request, reverse(back) if back else request.get_full_path())

        return guarded

    return decorate
