"""Sign-in of staff: password, then the second factor. Nothing else opens the console (rule R29, threat T12)."""

from __future__ import annotations

import time

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from foundation.errors import Refused, TooMany
from foundation.secrets import hmac_hex
from volunteers.accounts import challenge, limits, second_factor, services
from volunteers.accounts.forms import FactorForm, StaffForm, refuse
from volunteers.accounts.models import User
from volunteers.accounts.phones import normal_phone
from volunteers.accounts.views.common import safe_next

CONSOLE = "/console/"
PASSWORD_IS_GOOD_FOR = 10 * 60
_KEY = "staff"


def _login_page(request: HttpRequest, form: StaffForm, status: int = 200) -> HttpResponse:
    words = {
        "form": form,
        "next": safe_next(request, ""),
        "challenge": challenge.make(busy=True) if challenge.is_busy(request, "password") else None,
    }
    return render(request, "accounts/staff_login.html", words, status=status)


def _count_attempt(request: HttpRequest, identifier: str) -> None:
    """Raise `TooMany` when this account or this session tried too often, whether or not the account exists."""
    if not request.session.session_key:
        request.session.create()
    limits.note("password.subnet", limits.subnet_of(request))
    account = hmac_hex("identifier", normal_phone(identifier) or identifier.casefold())
    limits.take_or_refuse(("password.session", str(request.session.session_key)), ("password.account", account))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The password. A right one opens the second step and nothing else."""
    if request.method == "GET":
        return _login_page(request, StaffForm())
    form = StaffForm(request.POST)
    if not form.is_valid():
        return _login_page(request, form, 422)
    words = form.cleaned_data
    if challenge.is_busy(request, "password") and not challenge.is_met(request, busy=True):
        refuse(form, "answer", _("先答对这道小题。"))
        return _login_page(request, form, 422)
    try:
        _count_attempt(request, words["identifier"])
    except TooMany as refusal:
        refuse(form, "identifier", refusal.message)
        return _login_page(request, form, refusal.status)
    user = services.staff_by_password(words["identifier"], words["password"])
    if user is None:
        refuse(form, "password", _("账号或密码不对。"))
        return _login_page(request, form, 422)
    return begin_second_step(request, user, safe_next(request, CONSOLE))


def after_password(request: HttpRequest) -> User | None:
    """Who gave a right password in this session, up to ten minutes ago."""
    kept = request.session.get(_KEY)
    if not kept or time.time() - kept["at"] > PASSWORD_IS_GOOD_FOR:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    return user if services.may_use_console(user) else None


def begin_second_step(request: HttpRequest, user: User, target: str = CONSOLE) -> HttpResponse:
    """A right password was given, or a first one set: on to the second factor, under a new session key."""
    request.session.cycle_key()
    request.session[_KEY] = {"user": user.pk, "at": time.time(), "next": target}
    return redirect("staff_code" if second_factor.is_enrolled(user) else "staff_setup")


def enter(request: HttpRequest, user: User, how: str = "staff") -> str:
    """Sign in with the second factor done; returns where to go."""
    kept = request.session.pop(_KEY, None) or {}
    services.sign_in(request, user, how=how)
    services.mark_second_factor(request.session)
    return str(kept.get("next") or safe_next(request, CONSOLE))


def to_password(request: HttpRequest) -> HttpResponse:
    target = safe_next(request, "")
    return redirect(reverse("staff_login") + (f"?{urlencode({'next': target})}" if target else ""))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second factor: after the password, or on top of a sign-in by phone that wants to enter the console."""
    user = after_password(request)
    if user is None and isinstance(request.user, User) and services.may_use_console(request.user):
        user = request.user
    if user is None or not second_factor.is_enrolled(user):
        return to_password(request)
    words = {"next": safe_next(request, ""), "passkey": user.passkeys.exists()}
    if request.method == "GET":
        return render(request, "accounts/staff_code.html", words | {"form": FactorForm()})
    form = FactorForm(request.POST)
    if form.is_valid():
        try:
            second_factor.check(user=user, code=form.cleaned_data["code"])
        except Refused as refusal:
            refuse(form, "code", refusal.message)
            return render(request, "accounts/staff_code.html", words | {"form": form}, status=refusal.status)
        response = redirect(enter(request, user))
        services.remember_browser(request, response, user)
        return response
    return render(request, "accounts/staff_code.html", words | {"form": form}, status=422)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Enrolment: all that staff without a second factor get to see, and only after the password."""
    user = after_password(request)
    if user is None:
        return to_password(request)
    if second_factor.is_enrolled(user):
        return redirect("staff_code")
    form = FactorForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                recovery = second_factor.enrol(user=user, session=request.session, code=form.cleaned_data["code"])
            except Refused as refusal:
                refuse(form, "code", refusal.message)
                status = refusal.status
            else:
                done = {"recovery_codes": recovery, "next": enter(request, user)}
                return render(request, "accounts/staff_recovery.html", done)
    secret = second_factor.secret_of(request.session)
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    words = {"form": form, "secret": spaced, "qr": second_factor.qr_of(user, secret)}
    return render(request, "accounts/staff_setup.html", words, status=status)


def closed(request: HttpRequest) -> HttpResponse:
    """Sign-in and password pages that packages bring: one page signs staff in, and it is ours."""
    return redirect("staff_login")


def gone(request: HttpRequest, **_rest: object) -> HttpResponse:
    """Pages of packages that nobody may have, whatever the packages would say.

    Password resets by mail (there is no mail, and a reset must not pass by the second factor); moving a page, whose
    confirmation tells the title before it asks for the right; the report that names the newest page of each kind,
    whoever wrote it; the tests of the error pages.
    """
    raise Http404
