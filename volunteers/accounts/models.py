"""What signs in for a person: accounts, codes, WeChat identities, passkeys, devices; and what was asked how often."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation import secrets


class UserManager(BaseUserManager["User"]):
    """Makes users; a user without a password cannot use one."""

    def create_user(self, username: str = "", password: str | None = None, **fields: Any) -> User:
        """A user; the name is made up when none is given, the password unusable."""
        user = self.model(username=username or f"u{uuid.uuid4().hex[:16]}", **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """A technical operator. Gives no right in any unit: those come from appointments only."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Rights come from the appointments of its person, never from flags here."""

    username = models.CharField(_("账号名"), max_length=60, unique=True)
    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("人员")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    is_staff = models.BooleanField(_("技术人员"), default=False)
    auth_epoch = models.PositiveIntegerField(_("登录批次"), default=1)
    joined_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The person's name, or the account's."""
        return self.person.name if self.person else self.username

    def get_short_name(self) -> str:
        """As `get_full_name`."""
        return self.get_full_name()

    @property
    def first_name(self) -> str:
        """Wagtail greets by it."""
        return self.get_full_name()


class Purpose(models.TextChoices):
    """What a code is good for; a code of one purpose is worth nothing for another."""

    LOGIN = "login", _("登录")
    BIND = "bind", _("绑定微信")
    REGISTER = "register", _("居民登记")
    CHANGE = "change", _("换手机号")
    CONFIRM = "confirm", _("再认一次")


class Delivery(models.TextChoices):
    """How far the text message of a code got. It is tried once, whatever happens."""

    WAITING = "waiting", _("待发")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已发")
    FAILED = "failed", _("没发出去")
    HELD = "held", _("暂停发送")
    NOBODY = "nobody", _("不用发")
    BARRED = "barred", _("这个号码收不了")


class LoginCode(models.Model):
    """A code that was asked for; only a digest is stored, which binds it to number, purpose and session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose.choices)
    phone_index = models.CharField(max_length=64)
    phone_encrypted = models.CharField(_("手机号（加密）"), max_length=200)
    code_digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(_("试过几次"), default=0)
    delivery = models.CharField(_("短信"), max_length=10, choices=Delivery.choices, default=Delivery.WAITING)
    created_at = models.DateTimeField(_("要码时间"))
    expires_at = models.DateTimeField(_("到期时间"))
    used_at = models.DateTimeField(_("用掉时间"), null=True)
    # What the budget of messages needs to know: a browser that signed in with this number before; else from where.
    from_own_browser = models.BooleanField(default=False, db_default=False)
    place = models.CharField(max_length=64, blank=True, default="", db_default="")
    trouble = models.CharField(_("没发出去的原因"), max_length=20, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("登录验证码")
        verbose_name_plural = _("登录验证码")
        indexes: ClassVar = [models.Index(fields=["created_at"], name="login_code_created")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(tries__lte=5), name="login_code_five_tries"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @staticmethod
    def aad(pk: uuid.UUID, what: str) -> str:
        """What sealed values of a code are bound to: table, column and row."""
        return f"accounts_logincode|{what}|{pk}"

    @property
    def phone(self) -> str:
        """The number in clear."""
        return secrets.decrypt(self.phone_encrypted, aad=self.aad(self.pk, "phone"))

    @property
    def masked_phone(self) -> str:
        """138****1234."""
        return secrets.mask_phone(self.phone)


class LimitHit(models.Model):
    """One thing that counts against a limit. In the database, so that no restart of a cache forgets it (rule R27)."""

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "key", "-at"], name="limit_hit_key_at"),
            models.Index(fields=["at"], name="limit_hit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class WeChatOpenid(models.Model):
    """How one app of ours sees a WeChat identity; the identity is allauth's `SocialAccount` (uid = unionid, if any)."""

    app_id = models.CharField(max_length=32)
    openid = models.CharField(max_length=64)
    account = models.ForeignKey("socialaccount.SocialAccount", on_delete=models.CASCADE, related_name="openids")

    class Meta:
        verbose_name = _("微信身份")
        verbose_name_plural = _("微信身份")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["app_id", "openid"], name="wechat_openid_once"),
        ]

    def __str__(self) -> str:
        return f"{self.app_id} {self.pk}"


class WeChatCallback(models.Model):
    """A code with which WeChat sent somebody back, often twice: the second arrival finds the result of the first."""

    code_digest = models.CharField(primary_key=True, max_length=64)
    state_digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    result = models.CharField(max_length=10, blank=True, default="")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    openid = models.CharField(max_length=64, blank=True, default="")
    unionid = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="wechat_callback_at")]

    def __str__(self) -> str:
        return f"{self.result or 'open'} {self.at}"


class Device(models.Model):
    """A browser that is signed in: one row a session, which its owner can see and end.

    The session's key lies here sealed, so that ending it deletes the session itself; it is found by the key's digest.
    """

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    mark = models.CharField(max_length=64, unique=True)
    key_sealed = models.CharField(max_length=200)
    system = models.CharField(_("系统"), max_length=20, blank=True)
    browser = models.CharField(_("浏览器"), max_length=20, blank=True)
    how = models.CharField(_("登录方式"), max_length=10)
    since = models.DateTimeField(_("登录时间"))
    seen_on = models.DateField(_("最近使用"))

    class Meta:
        verbose_name = _("登录的设备")
        verbose_name_plural = _("登录的设备")
        indexes: ClassVar = [models.Index(fields=["seen_on"], name="device_seen_on")]

    def __str__(self) -> str:
        return f"{self.system} {self.browser} {self.pk}"

    @staticmethod
    def aad(mark: str) -> str:
        """What the sealed key is bound to: table, column and row."""
        return f"accounts_device|key|{mark}"


class Passkey(models.Model):
    """A key pair of a staff member's phone, computer or security key (WebAuthn); only the public half is here."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(_("名字"), max_length=30)
    credential_digest = models.CharField(max_length=64, unique=True)
    credential = models.TextField()
    sign_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(_("添加时间"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True)

    class Meta:
        verbose_name = _("通行密钥")
        verbose_name_plural = _("通行密钥")

    def __str__(self) -> str:
        return self.name


class StaffInvitation(models.Model):
    """A link with which somebody with a staff role sets a password, once, within a day. Only its digest is kept."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("邀请时间"))
    expires_at = models.DateTimeField(_("到期时间"))
    used_at = models.DateTimeField(_("用掉时间"), null=True)

    class Meta:
        verbose_name = _("工作人员邀请")
        verbose_name_plural = _("工作人员邀请")
        indexes: ClassVar = [models.Index(fields=["made_at"], name="invitation_made_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.uid}"


class FactorReset(models.Model):
    """One clerk asks that a colleague's second factor be forgotten, another one decides (rule R29)."""

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("等第二个人同意")
        DONE = "done", _("已重设")
        REFUSED = "refused", _("没有同意")

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_resets")
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("决定时间"), null=True)

    class Meta:
        verbose_name = _("第二道锁重设")
        verbose_name_plural = _("第二道锁重设")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(state="asked"), name="factor_reset_one_open"),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="factor_reset_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state}"
