"""What belongs to one's own account: the devices it is signed in on, its phone number, and being asked again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation import audit, clock
from foundation.errors import Denied, Invalid, Refused
from volunteers.accounts import devices, limits, numbers, second_factor, services, sms
from volunteers.accounts.codes import WrongCode, forget_pending, pending_code, redeem_code
from volunteers.accounts.forms import CodeForm, FactorForm, PhoneForm, refuse
from volunteers.accounts.models import Device, Purpose, User
from volunteers.accounts.recent import mark_confirmed, require_recent_sign_in
from volunteers.accounts.views.common import safe_next, send_code


@dataclass(frozen=True, slots=True)
class Shown:
    """One device as its owner reads it."""

    uid: UUID
    words: str
    way: str
    since: dt.datetime
    seen: str
    icon: str
    is_this: bool


def _seen(day: dt.date) -> str:
    days = (clock.today() - day).days
    if days <= 0:
        return str(_("今天"))
    return str(_("昨天")) if days == 1 else date_format(day, pgettext("day and month", "n月j日"))


def _shown(device: Device, mark: str) -> Shown:
    icon = "table" if device.system in {"windows", "mac", "linux"} else "phone"
    words, way = devices.words_of(device), devices.way_of(device)
    return Shown(device.uid, words, way, device.since, _seen(device.seen_on), icon, device.mark == mark)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@never_cache
@require_GET
@login_required
def device_list(request: HttpRequest) -> HttpResponse:
    """Where this account is signed in, this browser first."""
    user = _me(request)
    mark = devices.session_mark(str(request.session.session_key))
    rows = list(devices.devices_of(user))
    if not any(row.mark == mark for row in rows):  # a session from before there were rows
        rows.insert(0, devices.remember_device(request, user, how="", before=None))
    shown = sorted((_shown(row, mark) for row in rows), key=lambda one: not one.is_this)
    words = {
        "devices": shown,
        "others": len(shown) > 1,
        "phone": user.person.masked_phone if user.person else "",
        "staff": services.may_use_console(user),
    }
    return render(request, "accounts/devices.html", words)


@never_cache
@require_POST
@require_recent_sign_in(back="devices")
def device_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End one session."""
    devices.end_device(uid=uid, acting_user=_me(request))
    messages.success(request, _("已经让它退出了。"))
    return redirect("devices")


@never_cache
@require_POST
@require_recent_sign_in(back="devices")
def device_end_others(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    devices.end_other_devices(session=request.session, acting_user=_me(request))
    messages.success(request, _("别的地方都退出了，只剩这一台。"))
    return redirect("devices")


def _confirm_page(
    request: HttpRequest, form: CodeForm | FactorForm, status: int = 200, message: str = ""
) -> HttpResponse:
    user = _me(request)
    words: dict[str, Any] = {
        "form": form,
        "pending": pending_code(request.session, Purpose.CONFIRM),
        "totp": second_factor.has_totp(user),
        "passkey": user.passkeys.exists(),
        "phone": user.person.masked_phone if user.person else "",
        "trouble": sms.is_in_trouble(),
        "next": safe_next(request),
        "message": message,
    }
    return render(request, "accounts/confirm.html", words, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Show again who one is: a code to one's own number, or the authenticator. POST `send` asks for a message."""
    if request.method == "GET":
        return _confirm_page(request, CodeForm())
    if request.POST.get("send"):
        return _send_confirmation(request)
    waits = pending_code(request.session, Purpose.CONFIRM) is not None
    form = CodeForm(request.POST) if waits else FactorForm(request.POST)
    if not form.is_valid():
        return _confirm_page(request, form, 422)
    try:
        _check(request, form.cleaned_data["code"], by_phone=waits)
    except Refused as refusal:
        refuse(form, "code", refusal.message)
        return _confirm_page(request, form, refusal.status)
    mark_confirmed(request.session)
    audit.record(actor=_me(request), act="sign_in.confirm", obj=_me(request))
    return redirect(safe_next(request))


def _check(request: HttpRequest, code: str, *, by_phone: bool) -> None:
    user = _me(request)
    if not by_phone:
        second_factor.check(user=user, code=code)
        return
    phone = redeem_code(session=request.session, purpose=Purpose.CONFIRM, digits=code)
    forget_pending(request.session)
    if user.person is None or user.person.phone != phone:
        raise WrongCode


def _send_confirmation(request: HttpRequest) -> HttpResponse:
    person = _me(request).person
    if person is None or not person.phone:
        raise Denied(_("您的账号没有手机号。请退出后重新登录。"))
    try:
        send_code(request, phone=person.phone, purpose=Purpose.CONFIRM, own=True)
    except Refused as refusal:
        return _confirm_page(request, CodeForm(), refusal.status, str(refusal.message))
    return _confirm_page(request, CodeForm())


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
@require_recent_sign_in()
def phone_change(request: HttpRequest) -> HttpResponse:
    """Which number it shall be. A code goes there, if it is nobody else's; the answer is the same in both cases."""
    user = _me(request)
    person = user.person
    if person is None:
        raise Denied
    form = PhoneForm(request.POST if request.method == "POST" else None)
    words = {"form": form, "phone": person.masked_phone}
    if request.method == "GET":
        return render(request, "accounts/phone_change.html", words)
    if not form.is_valid():
        return render(request, "accounts/phone_change.html", words, status=422)
    phone = form.cleaned_data["phone"]
    try:
        if phone == person.phone:
            raise Invalid(_("登记的就是这个号码。"))
        limits.take_or_refuse(("code.account", str(user.pk)))
        send_code(request, phone=phone, purpose=Purpose.CHANGE, place=f"account {user.pk}")
    except Refused as refusal:
        refuse(form, "phone", refusal.message)
        return render(request, "accounts/phone_change.html", words, status=refusal.status)
    return redirect("phone_change_code")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@require_recent_sign_in(back="phone_change")
def phone_change_code(request: HttpRequest) -> HttpResponse:
    """The code that went to the new number makes it one's own."""
    pending = pending_code(request.session, Purpose.CHANGE)
    if pending is None:
        return redirect("phone_change")
    form = CodeForm(request.POST if request.method == "POST" else None)
    words = {"form": form, "pending": pending, "trouble": sms.is_in_trouble()}
    if request.method == "POST" and form.is_valid():
        user = _me(request)
        try:
            phone = redeem_code(session=request.session, purpose=Purpose.CHANGE, digits=form.cleaned_data["code"])
            numbers.change_own_number(phone=phone, acting_user=user)
        except Refused as refusal:
            refuse(form, "code", refusal.message)
            return render(request, "accounts/phone_change_code.html", words, status=refusal.status)
        forget_pending(request.session)
        messages.success(request, _("换好了。以后用新号码登录。"))
        response = redirect("devices")
        services.remember_browser(request, response, User.objects.select_related("person").filter(pk=user.pk)[0])
        return response
    return render(request, "accounts/phone_change_code.html", words, status=422 if form.is_bound else 200)
