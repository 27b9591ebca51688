"""A human being, as little of them as the work needs: no ID number, no faith, no health, no tracks."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation import secrets
from foundation.pinyin import sounds
from volunteers.people.querysets import PersonQuerySet


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
