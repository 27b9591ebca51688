"""Passkeys of staff: sign in with one, add, name, remove one's own. The browser's part is frontend/src/passkey.ts."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import Denied, Refused
from volunteers.accounts import passkeys, second_factor, services
from volunteers.accounts.models import User
from volunteers.accounts.recent import is_recent, require_recent_sign_in
from volunteers.accounts.views.staff import after_password, enter, to_password

MOST_BYTES = 20_000


def _told(request: HttpRequest) -> dict[str, Any]:
    """The answer of the browser's authenticator, as the form carries it; empty when it makes no sense."""
    raw = request.POST.get("answer", "")
    try:
        told = json.loads(raw) if len(raw) <= MOST_BYTES else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refused(refusal: Refused) -> JsonResponse:
    return JsonResponse({"message": str(refusal.message)}, status=refusal.status)


@never_cache
@require_POST
def login_options(request: HttpRequest) -> HttpResponse:
    """The question for a passkey: of whoever gave the password, else of whichever the device holds."""
    try:
        return JsonResponse(passkeys.begin_using(request, after_password(request)))
    except Refused as refusal:
        return _refused(refusal)


@never_cache
@require_POST
def login(request: HttpRequest) -> HttpResponse:
    """Sign in with the answer of a passkey: alone, after the password, or on top of a sign-in by phone."""
    try:
        user = passkeys.use_passkey(request, answer=_told(request))
    except passkeys.WrongPasskey as refusal:
        passkeys.note_copy(refusal)
        return _refused(refusal)
    expected = after_password(request)
    if not services.may_use_console(user) or (expected is not None and expected != user):
        return _refused(passkeys.WrongPasskey())
    target = enter(request, user, how="passkey")
    response = JsonResponse({"next": target})
    services.remember_browser(request, response, user)
    return response


def _enrolling(request: HttpRequest) -> User | None:
    """Who may add a passkey: after the password without a second factor yet, or in a console session."""
    user = after_password(request)
    if user is not None and not second_factor.is_enrolled(user):
        return user
    if isinstance(request.user, User) and services.has_second_factor(request.session):
        return request.user if services.may_use_console(request.user) and is_recent(request.session) else None
    return None


@never_cache
@require_POST
def add_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    user = _enrolling(request)
    if user is None:
        return _refused(Denied())
    return JsonResponse(passkeys.begin_adding(request, user))


@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Keep it. The first one of somebody without a second factor signs in, and brings recovery codes."""
    user = _enrolling(request)
    if user is None:
        return _refused(Denied())
    first = not second_factor.is_enrolled(user)
    try:
        passkeys.add_passkey(request, user=user, answer=_told(request), name=request.POST.get("name", ""))
    except Refused as refusal:
        return _refused(refusal)
    if not first:
        messages.success(request, _("加好了。下次登录就可以用它。"))
        return JsonResponse({"next": reverse("passkey_list")})
    codes = second_factor.new_recovery_codes(user)
    target = enter(request, user, how="passkey")
    second_factor.keep_for_showing(request.session, codes)
    request.session["after_recovery"] = target
    return JsonResponse({"next": reverse("staff_recovery")})


@never_cache
@require_GET
def recovery(request: HttpRequest) -> HttpResponse:
    """The recovery codes of a first passkey, shown once."""
    codes = second_factor.take_for_showing(request.session)
    if not codes:
        return to_password(request)
    target = request.session.pop("after_recovery", "/console/")
    return render(request, "accounts/staff_recovery.html", {"recovery_codes": codes, "next": target})


@never_cache
@require_GET
@require_recent_sign_in()
def passkey_list(request: HttpRequest) -> HttpResponse:
    """One's own passkeys; only staff have them."""
    user = _staff(request)
    words = {
        "passkeys": passkeys.passkeys_of(user),
        "totp": second_factor.has_totp(user),
        "may_add": services.has_second_factor(request.session),
    }
    return render(request, "accounts/passkey_list.html", words)


def _staff(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not services.may_use_console(request.user):
        raise Denied
    return request.user


@never_cache
@require_http_methods(["POST"])
@require_recent_sign_in(back="passkey_list")
def rename(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Another name."""
    passkeys.rename_passkey(uid=uid, name=request.POST.get("name", ""), acting_user=_staff(request))
    messages.success(request, _("改好了。"))
    return redirect("passkey_list")


@never_cache
@require_http_methods(["POST"])
@require_recent_sign_in(back="passkey_list")
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take one away."""
    passkeys.remove_passkey(uid=uid, acting_user=_staff(request))
    messages.success(request, _("删掉了。那台设备上的也可以在它的设置里删。"))
    return redirect("passkey_list")
