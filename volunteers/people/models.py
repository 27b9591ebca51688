"""A human being, as little of them as the work needs: no ID number, no faith, no health, no tracks."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation import secrets
from foundation.models import AppendOnlyModel
from foundation.pinyin import sounds
from volunteers.people.querysets import PersonalRequestQuerySet, PersonQuerySet
from volunteers.units.models import Unit


def tail_index(digits: str) -> str:
    """A keyed digest of the last four digits of a number, by which staff find people without seeing numbers."""
    return secrets.hmac_hex("phone tail", digits)[:24]


class Gender(models.TextChoices):
    """As the roster says it; blank is allowed."""

    MALE = "m", _("男")
    FEMALE = "f", _("女")


class Person(models.Model):
    """One human being, whatever roles and accounts they have. The phone number is sealed and found by a blind index."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("姓名"), max_length=30, db_index=True)
    phone_encrypted = models.CharField(_("手机号（加密）"), max_length=200, blank=True, db_default="")
    phone_index = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    tail_index = models.CharField(max_length=24, blank=True, db_default="", editable=False, db_index=True)
    pinyin = models.CharField(_("拼音"), max_length=240, blank=True, db_default="", editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_default="", editable=False)
    gender = models.CharField(_("性别"), max_length=1, choices=Gender.choices, blank=True, db_default="")
    born_on = models.DateField(_("出生年月"), null=True, blank=True)
    political_status = models.CharField(_("政治面貌"), max_length=20, blank=True, db_default="")
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    erased_at = models.DateTimeField(_("删除时间"), null=True, blank=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        indexes: ClassVar = [
            # For beginnings of a word: a plain index serves those on PostgreSQL in the C locale only.
            models.Index(fields=["pinyin"], name="person_pinyin", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["initials"], name="person_initials", opclasses=["varchar_pattern_ops"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(phone_index__isnull=False) | models.Q(phone_encrypted=""),
                name="person_phone_has_index",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As ever, with the sounds of the name."""
        self.fill_sounds()
        super().save(*args, **kwargs)

    @staticmethod
    def phone_aad(uid: uuid.UUID) -> str:
        """What a sealed number is bound to: table, column and row."""
        return f"people_person|phone|{uid}"

    @property
    def phone(self) -> str:
        """The number in clear, empty when there is none. Whoever shows it to a person audits that."""
        return secrets.decrypt(self.phone_encrypted, aad=self.phone_aad(self.uid)) if self.phone_encrypted else ""

    @property
    def masked_phone(self) -> str:
        """138****1234, or empty."""
        return secrets.mask_phone(self.phone) if self.phone_encrypted else ""

    @property
    def surname(self) -> str:
        """The first character of a name of up to three characters, the first two of a longer one without a dot."""
        compound = len(self.name) >= 4 and "·" not in self.name
        return self.name[:2] if compound else self.name[:1]

    def set_phone(self, phone: str) -> None:
        """Seal a number of 11 digits, or remove it with an empty text; the caller saves."""
        self.phone_encrypted = secrets.encrypt(phone, aad=self.phone_aad(self.uid)) if phone else ""
        self.phone_index = secrets.blind_index(phone) if phone else None
        self.tail_index = tail_index(phone[-4:]) if phone else ""

    def fill_sounds(self) -> None:
        """Keep how the name sounds beside the name; `save` does it, whoever writes in bulk calls it."""
        self.pinyin, self.initials = sounds(self.name)


class Channel(models.TextChoices):
    """How a consent or a request reached us."""

    SELF = "self", _("本人在手机上")
    PROXY = "proxy", _("邻长代录")
    COUNTER = "counter", _("窗口")
    PAPER = "paper", _("纸质")


class Consent(AppendOnlyModel):
    """That somebody agreed to a wording, or took it back: one row each time, never changed (rule R36)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents", verbose_name=_("本人"))
    document = models.CharField(_("同意书"), max_length=30)
    version = models.PositiveSmallIntegerField(_("版本"))
    wording_sha256 = models.CharField(_("文本指纹"), max_length=64)
    purpose = models.CharField(_("用途"), max_length=120)
    is_given = models.BooleanField(_("同意"))
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices)
    guardian = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("监护人")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("同意记录")
        verbose_name_plural = _("同意记录")
        indexes: ClassVar = [models.Index(fields=["person", "document", "-at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.document} {self.version} {self.is_given}"


class PhoneReveal(AppendOnlyModel):
    """That somebody opened a number: whose, who, why. Counted against the day's quota."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reveals", verbose_name=_("谁的号码"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("谁看的"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("单位"))
    why = models.CharField(_("用途"), max_length=60, blank=True, db_default="")
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("看号码记录")
        verbose_name_plural = _("看号码记录")
        indexes: ClassVar = [models.Index(fields=["by", "-at"], name="reveal_by_at")]

    def __str__(self) -> str:
        return f"{self.by_id} {self.person_id}"


class PersonalRequest(models.Model):
    """What somebody asks about their own data: asked → done | refused with a reason, within 15 working days."""

    class Kind(models.TextChoices):
        """The rights of the law."""

        COPY = "copy", _("要一份副本")
        CORRECT = "correct", _("更正")
        DELETE = "delete", _("删除")
        OBJECT = "object", _("不同意某种用法")

    class State(models.TextChoices):
        """asked → done | refused; asked → withdrawn by the person."""

        ASKED = "asked", _("待处理")
        DONE = "done", _("已办好")
        REFUSED = "refused", _("没有办")
        WITHDRAWN = "withdrawn", _("本人撤回")

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requests", verbose_name=_("本人"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("受理单位"))
    kind = models.CharField(_("要求"), max_length=10, choices=Kind.choices)
    state = models.CharField(
        _("状态"), max_length=10, choices=State.choices, default=State.ASKED, db_default=State.ASKED
    )
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices)
    words = models.CharField(_("说明"), max_length=200, blank=True, db_default="")
    wanted_name = models.CharField(_("改成的姓名"), max_length=30, blank=True, db_default="")
    wanted_born_on = models.DateField(_("改成的出生年月"), null=True, blank=True)
    reason = models.CharField(_("答复"), max_length=200, blank=True, db_default="")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    fingerprint = models.CharField(max_length=64, editable=False, db_default="")
    asked_at = models.DateTimeField(_("提出时间"), db_default=Now())
    due_on = models.DateField(_("答复期限"))
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    objects = PersonalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("个人信息请求")
        verbose_name_plural = _("个人信息请求")
        indexes: ClassVar = [models.Index(fields=["state", "due_on"], name="personal_request_due")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""),
                name="personal_request_reason",
                violation_error_message=_("没有办的，请说明理由。"),
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(answered_at__isnull=False),
                name="personal_request_answered",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=models.Q(state="asked"),
                name="personal_request_one_open",
                violation_error_message=_("这件事已经在办了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == self.State.ASKED


class Tombstone(AppendOnlyModel):
    """That a person was erased: a keyed digest of their former uid, by which a restored copy is found and erased
    again.
    """

    key = models.CharField(_("代号"), primary_key=True, max_length=64)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("删除凭据")
        verbose_name_plural = _("删除凭据")

    def __str__(self) -> str:
        return self.key[:12]
