"""What signing in stores about people: the account, its browsers and keys, codes on their way, WeChat's name for
them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from importlib import import_module

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from foundation import line, outbox, privacy, secrets
from foundation.privacy import Basis, Erase, Erasing, PersonalField, Sort
from foundation.retention import retention
from volunteers.accounts import recent
from volunteers.accounts.codes import forget_old_codes
from volunteers.accounts.devices import forget_unused
from volunteers.accounts.limits import forget_old
from volunteers.accounts.models import Device, LoginCode, User
from volunteers.people.confirming import confirmer
from volunteers.people.models import Person

privacy.register(
    "accounts.User",
    PersonalField("person", Sort.LINK),
    PersonalField("username", Sort.NAME),
    PersonalField("password", Sort.SECRET, Erase.PSEUDONYM),
    title=_("账号"),
    purpose=_("让您登录"),
    basis=Basis.SERVICE,
    keep="person",
    subject="person",
    shows=("joined_at", "is_active"),
)
privacy.register(
    "accounts.Device",
    PersonalField("user", Sort.LINK),
    PersonalField("key_sealed", Sort.SECRET, sealed=True),
    title=_("登录的设备"),
    purpose=_("让您看到账号在哪些手机、电脑上登录着"),
    basis=Basis.SERVICE,
    keep="session",
    subject="user__person",
    shows=("system", "browser", "since", "seen_on"),
    delete_rows=True,
)
privacy.register(
    "accounts.LoginCode",
    PersonalField("phone_encrypted", Sort.PHONE, Erase.DELETE, mask="138****1234", sealed=True),
    PersonalField("phone_index", Sort.PHONE, Erase.DELETE, sealed=True),
    PersonalField("place", Sort.SIGNAL, Erase.DELETE, purpose=_("短信不被别人刷掉；只存代号")),
    title=_("登录验证码"),
    purpose=_("确认手机号是您的"),
    basis=Basis.SERVICE,
    keep="codes",
)
privacy.register(
    "accounts.Passkey",
    PersonalField("user", Sort.LINK),
    PersonalField("name", Sort.TEXT),
    PersonalField("credential", Sort.SECRET),
    title=_("通行密钥"),
    purpose=_("让工作人员不用密码登录"),
    basis=Basis.SERVICE,
    keep="person",
    subject="user__person",
    shows=("name", "created_at", "last_used_at"),
    delete_rows=True,
)
privacy.register(
    "accounts.StaffInvitation",
    PersonalField("user", Sort.LINK),
    PersonalField("made_by", Sort.ACTOR),
    title=_("工作人员邀请"),
    purpose=_("让工作人员第一次设密码"),
    basis=Basis.DUTY,
    keep="person",
    subject="user__person",
    shows=("made_at", "used_at"),
    delete_rows=True,
)
privacy.register(
    "accounts.FactorReset",
    PersonalField("user", Sort.LINK),
    PersonalField("reason", Sort.TEXT),
    PersonalField("asked_by", Sort.ACTOR),
    PersonalField("decided_by", Sort.ACTOR),
    title=_("第二道锁重设"),
    purpose=_("换手机时由两位同事一起重设"),
    basis=Basis.DUTY,
    keep="proof",
    subject="user__person",
    shows=("reason", "state", "asked_at"),
)
privacy.register(
    "accounts.WeChatCallback",
    PersonalField("user", Sort.LINK),
    PersonalField("openid", Sort.SECRET),
    PersonalField("unionid", Sort.SECRET),
    title=_("微信登录"),
    purpose=_("用微信登录"),
    basis=Basis.SERVICE,
    keep="codes",
    subject="user__person",
    delete_rows=True,
)
privacy.register(
    "accounts.WeChatOpenid",
    PersonalField("openid", Sort.SECRET),
    title=_("微信身份"),
    purpose=_("认出您的微信"),
    basis=Basis.SERVICE,
    keep="person",
    subject="account__user__person",
    shows=("app_id",),
    delete_rows=True,
)
privacy.register(
    "socialaccount.SocialAccount",
    PersonalField("user", Sort.LINK),
    PersonalField("uid", Sort.SECRET),
    PersonalField("extra_data", Sort.SECRET),
    title=_("绑定的微信"),
    purpose=_("认出您的微信；不取昵称和头像"),
    basis=Basis.SERVICE,
    keep="person",
    subject="user__person",
    shows=("provider", "date_joined"),
    delete_rows=True,
)
privacy.register(
    "mfa.Authenticator",
    PersonalField("user", Sort.LINK),
    PersonalField("data", Sort.SECRET, sealed=True),
    title=_("动态码"),
    purpose=_("工作人员的第二道锁"),
    basis=Basis.DUTY,
    keep="person",
    subject="user__person",
    shows=("type", "created_at"),
    delete_rows=True,
)
privacy.register(
    "account.EmailAddress",
    PersonalField("user", Sort.LINK),
    PersonalField("email", Sort.SECRET),
    title=_("邮箱"),
    purpose=_("登录组件自带，这里不用"),
    basis=Basis.SERVICE,
    keep="person",
    subject="user__person",
    delete_rows=True,
)
privacy.impersonal("accounts.User_groups", "user", because=_("账号属于哪个后台组，随任职变化"))
privacy.impersonal("accounts.User_user_permissions", "user", because=_("后台权限，这里不用"))


@confirmer
def ask_again(request: HttpRequest, back: str) -> HttpResponse | None:
    """A copy of everything, and a deletion, want somebody who is there now."""
    return None if recent.is_recent(request.session) else recent.confirm_first(request, back)


@privacy.eraser
def end_the_account(one: Erasing) -> None:
    """Disable the account under a meaningless name; every session and every code on its way ends."""
    index = Person.objects.filter(pk=one.person_id).values_list("phone_index", flat=True).first()
    if index:
        LoginCode.objects.filter(phone_index=index).delete()
    user = User.objects.select_for_update().filter(person=one.person_id).first()
    if user is None:
        return
    _end_sessions(user)
    user.groups.clear()
    User.objects.filter(pk=user.pk).update(
        username=f"gone-{uuid.uuid4().hex[:16]}",
        password=make_password(None),
        is_active=False,
        auth_epoch=F("auth_epoch") + 1,
    )
    outbox.put(line.REVOKE, {"users": [user.pk]})


def _end_sessions(user: User) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for device in Device.objects.filter(user=user):
        store().delete(secrets.decrypt(device.key_sealed, aad=Device.aad(device.mark)))


@retention("codes")
def forget_codes(_before: dt.datetime) -> int:
    """Codes that were sent a day ago."""
    return forget_old_codes()


@retention("counters")
def forget_counters(_before: dt.datetime) -> int:
    """What was counted against limits, and browsers not used any more."""
    return forget_old() + forget_unused(31)
