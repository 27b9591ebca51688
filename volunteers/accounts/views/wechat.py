"""Sign-in inside WeChat: go there, come back, be recognised; bound once by a phone code.

State lives in a signed cookie of its own, not in the session: signing in renews the session, and WeChat's browser
likes to send the callback twice with the cookies of before.
"""

from __future__ import annotations

import secrets as random
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from foundation.errors import Refused
from volunteers.accounts import services
from volunteers.accounts.models import WeChatCallback
from volunteers.accounts.views.common import safe_next
from volunteers.accounts.wechat import services as wechat
from volunteers.accounts.wechat.client import Identity, SnapshotVisitor, WeChatAway, WeChatRefused
from volunteers.accounts.wechat.provider import BASE, USERINFO, ask_wechat, authorize_address, identity_of

COOKIE, SALT, SECONDS = "wechat_state", "wechat-state", 600
PATH = "/login/wechat/"

_MESSAGES: dict[str, tuple[int, Any, Any]] = {
    "away": (503, _("微信这会儿没有回应"), _("过一会儿再试，或者用手机号登录。")),
    "refused": (400, _("这次没有认出您来"), _("请回到公众号菜单重新点进来，或者用手机号登录。")),
    "foreign": (403, _("这个链接不是从您这里打开的"), _("请从公众号菜单重新进来，或者用手机号登录。")),
    "snapshot": (403, _("现在看到的是快照页"), _("请点右下角“使用完整服务”再进来，这样才能认出您。")),
    "declined": (200, _("没有用微信登录"), _("用手机号一样能进来。")),
    "mixed": (409, _("这个微信已经绑在别的号码上"), _("请找社区工作人员帮忙，或者用手机号登录。")),
}


def _say(request: HttpRequest, what: str) -> HttpResponse:
    status, title, text = _MESSAGES[what]
    return render(request, "accounts/wechat_message.html", {"title": title, "text": text, "what": what}, status=status)


def _send_there(request: HttpRequest, scope: str, target: str) -> HttpResponse:
    state = random.token_hex(16)
    response = redirect(authorize_address(request, scope=scope, state=state))
    response.set_signed_cookie(
        COOKIE,
        f"{state}|{scope}|{target}",
        salt=SALT,
        max_age=SECONDS,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


@never_cache
@require_GET
def login(request: HttpRequest) -> HttpResponse:
    """Off to WeChat, without asking the person anything at first."""
    if not wechat.wechat_is_set_up():
        raise Http404
    if request.user.is_authenticated:
        return redirect(safe_next(request))
    return _send_there(request, BASE, safe_next(request))


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back from WeChat. The second arrival of the same code finds what the first one found."""
    kept = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=SECONDS) or ""
    state, scope, target = kept.split("|", 2) if kept.count("|") >= 2 else ("", "", "/")
    if not state or not constant_time_compare(state, request.GET.get("state", "")):
        return _say(request, "foreign")
    code = request.GET.get("code", "")
    if not code:
        return _say(request, "declined")
    row, is_first = wechat.claim_code(code=code, state=state)
    if not is_first:
        return _second_arrival(request, row, state, target)
    try:
        identity = ask_wechat(request, code=code, scope=scope)
        user = wechat.account_of(identity)
    except (WeChatAway, WeChatRefused, SnapshotVisitor, Refused) as trouble:
        return _trouble(request, row, trouble)
    if user is None and scope == BASE and not identity.unionid and settings.WECHAT_OPEN_PLATFORM:
        wechat.settle(row, "refused")
        return _send_there(request, USERINFO, target)
    wechat.settle(row, "user" if user else "unknown", user=user, identity=identity)
    return _arrive(request, row, target)


def _trouble(request: HttpRequest, row: WeChatCallback, trouble: Exception) -> HttpResponse:
    if isinstance(trouble, WeChatAway):
        row.delete()  # WeChat may not have seen the code: the same address may be tried again
        return _say(request, "away")
    what = {SnapshotVisitor: "snapshot", WeChatRefused: "refused"}.get(type(trouble), "mixed")
    wechat.settle(row, what)
    if what == "snapshot":
        wechat.note_snapshot(request.session, is_one=True)
    return _say(request, what)


def _second_arrival(request: HttpRequest, row: WeChatCallback, state: str, target: str) -> HttpResponse:
    if not wechat.came_from_here(row, state):
        return _say(request, "foreign")
    if wechat.is_in_progress(row):
        return render(request, "accounts/wechat_wait.html", {"again": request.get_full_path()})
    if row.result in {"user", "unknown"}:
        return _arrive(request, row, target)
    return _say(request, row.result or "refused")


def _arrive(request: HttpRequest, row: WeChatCallback, target: str) -> HttpResponse:
    wechat.note_snapshot(request.session, is_one=False)
    identity: Identity = identity_of({"openid": row.openid, "unionid": row.unionid})
    user = row.user or wechat.account_of(identity)  # may have been bound since, through the other arrival
    if user is not None:
        response = redirect(target)
        if request.user != user:
            services.sign_in(request, user, how="wechat")
            services.remember_browser(request, response, user)
        return response
    wechat.let_wait(request.session, identity)
    return redirect(reverse("login") + (f"?{urlencode({'next': target})}" if target != "/" else ""))
