"""Sign-in by phone: number, code, in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from foundation.errors import Refused, TooMany
from foundation.secrets import blind_index
from volunteers.accounts import browsers, challenge, services, sms
from volunteers.accounts.codes import hand_in_code, pending_code
from volunteers.accounts.forms import CodeForm, PhoneForm, refuse
from volunteers.accounts.models import Purpose
from volunteers.accounts.views.common import joining, safe_next, send_code
from volunteers.accounts.wechat.services import bind_waiting, is_waiting, wechat_is_set_up


def _purpose(request: HttpRequest) -> Purpose:
    return Purpose.BIND if is_waiting(request.session) else Purpose.LOGIN


def _login_page(request: HttpRequest, form: PhoneForm, status: int = 200) -> HttpResponse:
    busy = challenge.is_busy(request)
    asked = busy or form.is_bound or not browsers.knows_anybody(request)
    words: dict[str, Any] = {
        "form": form,
        "next": safe_next(request, ""),
        "challenge": challenge.make(busy=busy) if asked else None,
        "binding": is_waiting(request.session),
        "wechat": wechat_is_set_up(),
        "in_wechat": "MicroMessenger" in request.headers.get("User-Agent", ""),
        "trouble": sms.is_in_trouble(),
        "demo": settings.DEMO,
        "joining": joining(request.session),
    }
    return render(request, "accounts/login.html", words, status=status)


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for a number, make a code for it. The answer is the same whether or not anybody has that number."""
    if request.method == "GET":
        if request.user.is_authenticated and not is_waiting(request.session):
            return redirect(safe_next(request))
        if joining(request.session) and "known" not in request.GET:
            target = safe_next(request, "")
            return redirect(reverse("register") + (f"?{urlencode({'next': target})}" if target else ""))
        return _login_page(request, PhoneForm())
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _login_page(request, form, 422)
    phone = form.cleaned_data["phone"]
    own = browsers.is_known(request, blind_index(phone))
    if not own and not challenge.is_met(request, busy=challenge.is_busy(request)):
        refuse(form, "answer", _("先答对这道小题，再发验证码。"))
        return _login_page(request, form, 422)
    try:
        send_code(request, phone=phone, purpose=_purpose(request), own=own)
    except TooMany as refusal:
        refuse(form, "phone", refusal.message)
        return _login_page(request, form, refusal.status)
    request.session["next"] = safe_next(request)
    return redirect("login_code")


def _code_page(request: HttpRequest, form: CodeForm, status: int = 200, message: str = "") -> HttpResponse:
    pending = pending_code(request.session, _purpose(request))
    words = {"form": form, "pending": pending, "trouble": sms.is_in_trouble(), "wechat": wechat_is_set_up()}
    return render(request, "accounts/code.html", words | {"message": message}, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the six digits; a right code signs in, and binds a WeChat identity that waits for it."""
    purpose = _purpose(request)
    if pending_code(request.session, purpose) is None:
        return redirect("login")
    if request.method == "GET":
        return _code_page(request, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form, 422)
    try:
        user = hand_in_code(session=request.session, purpose=purpose, digits=form.cleaned_data["code"])
        if purpose is Purpose.BIND:
            bind_waiting(request.session, user)
    except Refused as refusal:
        refuse(form, "code", refusal.message)
        return _code_page(request, form, refusal.status)
    response = redirect(request.session.pop("next", "/"))
    services.sign_in(request, user, how="phone")
    services.remember_browser(request, response, user)
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Another code for the number that this session asked for before (POST); GET goes back to the field."""
    if request.method == "GET":
        return redirect("login_code")
    purpose = _purpose(request)
    pending = pending_code(request.session, purpose)
    if pending is None or (challenge.is_busy(request) and not pending.row.from_own_browser):
        return redirect("login")
    try:
        send_code(request, phone=pending.row.phone, purpose=purpose, own=pending.row.from_own_browser)
    except TooMany as refusal:
        return _code_page(request, CodeForm(), refusal.status, str(refusal.message))
    return redirect("login_code")


@never_cache
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out (POST). GET asks first, so that a link or picture elsewhere cannot sign anybody out."""
    if request.method == "GET":
        return render(request, "accounts/logout.html")
    services.sign_out(request)
    return redirect("login")
