"""The browsers in which an account is signed in: seen by their owner, ended one by one or all others at once (R26)."""

from __future__ import annotations

import datetime as dt
import hashlib
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, line, outbox, secrets, streams
from foundation.errors import Missing
from volunteers.accounts.models import Device, User

SEEN = "seen_on"
_SYSTEMS: tuple[tuple[str, str, str | Promise], ...] = (
    # what the browser says of itself, what is stored, what is shown; the first that fits
    ("OpenHarmony", "harmony", _("鸿蒙手机")),
    ("HarmonyOS", "harmony", _("鸿蒙手机")),
    ("iPad", "ipad", _("iPad")),
    ("iPhone", "iphone", _("苹果手机")),
    ("Android", "android", _("安卓手机")),
    ("Windows", "windows", _("Windows 电脑")),
    ("Macintosh", "mac", _("苹果电脑")),
    ("Linux", "linux", _("Linux 电脑")),
)
_BROWSERS: tuple[tuple[str, str, str | Promise], ...] = (
    ("MicroMessenger", "wechat", _("微信")),
    ("AlipayClient", "alipay", _("支付宝")),
    ("DingTalk", "dingtalk", _("钉钉")),
    ("QQBrowser", "qq", _("QQ 浏览器")),
    ("UCBrowser", "uc", _("UC 浏览器")),
    ("HuaweiBrowser", "huawei", _("华为浏览器")),
    ("MiuiBrowser", "miui", _("小米浏览器")),
    ("Edg", "edge", _("Edge")),
    ("Firefox", "firefox", _("Firefox")),
    ("Chrome", "chrome", _("Chrome")),
    ("CriOS", "chrome", _("Chrome")),
    ("Safari", "safari", _("Safari")),
)
_WAYS: dict[str, str | Promise] = {
    "phone": _("手机验证码"),
    "wechat": _("微信"),
    "staff": _("密码和动态码"),
    "passkey": _("通行密钥"),
    "register": _("登记"),
    "demo": _("演示"),
}


def session_mark(session_key: str) -> str:
    """How a session is named in rows, messages and memory: its hash, so that it cannot be stolen there."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def kind_of(user_agent: str) -> tuple[str, str]:
    """System and browser as they are stored, empty where nothing fits. No version, no model: that would be a track."""
    system = next((kept for sign, kept, _label in _SYSTEMS if sign in user_agent), "")
    browser = next((kept for sign, kept, _label in _BROWSERS if sign in user_agent), "")
    return system, browser


def words_of(device: Device) -> str:
    """微信 · 苹果手机."""
    systems = {kept: label for _sign, kept, label in _SYSTEMS}
    browsers = {kept: label for _sign, kept, label in _BROWSERS}
    parts = [browsers.get(device.browser, ""), systems.get(device.system, "")]
    return " · ".join(str(part) for part in parts if part) or str(_("别的设备"))


def way_of(device: Device) -> str:
    """How this session was signed in, in words."""
    return str(_WAYS.get(device.how, ""))


def devices_of(user: User) -> QuerySet[Device]:
    """The sessions of one account, the newest first."""
    return Device.objects.filter(user=user).order_by("-since", "-pk")


def remember_device(request: HttpRequest, user: User, *, how: str, before: str | None) -> Device:
    """Write the row of a session that was just signed in; `before` is the key it had until then."""
    key = str(request.session.session_key)
    system, browser = kind_of(request.headers.get("User-Agent", ""))
    if before and before != key:
        Device.objects.filter(mark=session_mark(before)).delete()
    mark = session_mark(key)
    today = clock.today()
    request.session[SEEN] = today.isoformat()
    device, _made = Device.objects.update_or_create(
        mark=mark,
        defaults={
            "user": user, "key_sealed": secrets.encrypt(key, aad=Device.aad(mark)), "system": system,
            "browser": browser, "how": how, "since": clock.now(), "seen_on": today,
        },
    )  # fmt: skip
    return device


def note_use(request: HttpRequest, user: User) -> None:
    """Note once a day that this session was used; a session from before there were rows gets its own."""
    today = clock.today()
    if request.session.get(SEEN) == today.isoformat() or not request.session.session_key:
        return
    if Device.objects.filter(mark=session_mark(request.session.session_key)).update(seen_on=today):
        request.session[SEEN] = today.isoformat()
    else:
        remember_device(request, user, how="", before=None)


@streams.in_district_language
def tell_of_new_device(device: Device) -> None:
    """An entry in the person's own stream: somebody signed in where nobody had before."""
    if device.user.person_id is None:
        return
    payload = {
        "title": str(_("有新设备登录了您的账号")),
        "body": str(_("%(device)s。不是您本人？在“登录的设备”里让它退出。") % {"device": words_of(device)}),
        "url": "/me/devices/",
        "icon": "lock",
    }
    streams.publish(
        streams.person_key(device.user.person_id), kind="device", payload=payload, ref=f"device:{device.uid}"
    )


def _end(devices: list[Device]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for device in devices:
        store().delete(secrets.decrypt(device.key_sealed, aad=Device.aad(device.mark)))
    Device.objects.filter(pk__in=[device.pk for device in devices]).delete()
    outbox.put(line.REVOKE, {"sessions": [device.mark for device in devices]})


@transaction.atomic
def end_device(*, uid: UUID, acting_user: User) -> None:
    """End one session of one's own; its sockets close. Raises `Missing` for anybody else's, and the second time."""
    device = Device.objects.select_for_update().filter(user=acting_user, uid=uid).first()
    if device is None:
        raise Missing
    _end([device])
    audit.record(actor=acting_user, act="device.end", obj=acting_user, data={"device": str(device.uid)})


@transaction.atomic
def end_other_devices(*, session: SessionBase, acting_user: User) -> int:
    """End every session of this account but the one at hand; returns how many."""
    mine = session_mark(str(session.session_key))
    others = list(Device.objects.select_for_update().filter(user=acting_user).exclude(mark=mine).order_by("pk"))
    if others:
        _end(others)
    audit.record(actor=acting_user, act="device.end_others", obj=acting_user, data={"count": len(others)})
    return len(others)


def forget_session(session_key: str | None) -> None:
    """The session was signed out: its row goes too."""
    if session_key:
        Device.objects.filter(mark=session_mark(session_key)).delete()


def forget_unused(days: int) -> int:
    """Rows of sessions that ran out by themselves; returns how many."""
    last = clock.today() - dt.timedelta(days=days)
    return Device.objects.filter(seen_on__lt=last).delete()[0]
