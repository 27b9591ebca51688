"""A resident registers: who and which number, then the code, then on to where the sign led."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from foundation.errors import Refused
from foundation.secrets import blind_index
from volunteers.accounts import browsers, challenge, registration, services, sms
from volunteers.accounts.codes import forget_pending, pending_code, redeem_code
from volunteers.accounts.forms import CodeForm, RegisterForm, refuse
from volunteers.accounts.models import Purpose
from volunteers.accounts.views.common import joining, safe_next, send_code
from volunteers.accounts.wechat.services import bind_waiting, wechat_is_set_up
from volunteers.people.documents import RESIDENTS, document

OLD_ENOUGH = "joining_old_enough"
"""Key of a session in which the page of the sign has asked for the age already. Set by `homes`."""


def _page(request: HttpRequest, form: RegisterForm, status: int = 200) -> HttpResponse:
    busy = challenge.is_busy(request)
    words: dict[str, Any] = {
        "form": form,
        "next": safe_next(request, ""),
        "challenge": challenge.make(busy=busy),
        "document": document(RESIDENTS),
        "trouble": sms.is_in_trouble(),
        "wechat": wechat_is_set_up(),
    }
    return render(request, "accounts/register.html", words, status=status)


@never_cache
@sensitive_post_parameters("phone", "name", "born")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Name, number, age and consent; only for a session that came from a building's sign, else to the sign-in."""
    place, target = joining(request.session), safe_next(request, "")
    if request.user.is_authenticated:
        return redirect(target or "/")
    if not place:
        return redirect(reverse("login") + (f"?{urlencode({'next': target})}" if target else ""))
    if request.method == "GET":
        return _page(request, RegisterForm(initial={"of_age": request.session.get(OLD_ENOUGH, False)}))
    form = RegisterForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    words = form.cleaned_data
    if registration.is_too_young(words["born"]) or registration.was_turned_away(request.session):
        registration.turn_away(request.session)
        refuse(form, "born", _("满 14 周岁才能自己登记。还没满的，请家里大人来办。"))
        return _page(request, form, 422)
    own = browsers.is_known(request, blind_index(words["phone"]))
    if not own and not challenge.is_met(request, busy=challenge.is_busy(request)):
        refuse(form, "answer", _("先答对这道小题，再发验证码。"))
        return _page(request, form, 422)
    try:
        send_code(request, phone=words["phone"], purpose=Purpose.REGISTER, own=own, place=place)
    except Refused as refusal:
        refuse(form, "phone", refusal.message)
        return _page(request, form, refusal.status)
    registration.keep(request.session, registration.Told(words["name"], words["phone"]))
    request.session["next"] = safe_next(request)
    return redirect("register_code")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The right code makes person and account, or finds them, and signs in."""
    pending, told = pending_code(request.session, Purpose.REGISTER), registration.kept(request.session)
    if pending is None or told is None or not joining(request.session):
        return redirect("register")
    form = CodeForm(request.POST if request.method == "POST" else None)
    words = {"form": form, "pending": pending, "trouble": sms.is_in_trouble()}
    if request.method == "GET" or not form.is_valid():
        return render(request, "accounts/register_code.html", words, status=200 if request.method == "GET" else 422)
    try:
        phone = redeem_code(session=request.session, purpose=Purpose.REGISTER, digits=form.cleaned_data["code"])
        user = registration.register_resident(told=told, phone=phone)
        bind_waiting(request.session, user)
    except Refused as refusal:
        refuse(form, "code", refusal.message)
        return render(request, "accounts/register_code.html", words, status=refusal.status)
    forget_pending(request.session)
    registration.forget(request.session)
    response = redirect(request.session.pop("next", "/"))
    services.sign_in(request, user, how="register")
    services.remember_browser(request, response, user)
    return response
