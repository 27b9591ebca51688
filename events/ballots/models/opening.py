"""The custodians, the steps of the opening, and what came out of the box."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ballots.models.box import BallotBox
from events.ballots.querysets import CustodianQuerySet
from foundation.models import AppendOnlyModel


class Custodian(models.Model):
    """One of the n who keep the key (保管人), with a passphrase of their own that is stored nowhere.

    `private_key` is sealed with the passphrase (scrypt, AES-GCM), `share` with their public key. What they bring to the
    opening lies apart, in a `BroughtShare`; `brought_at` says when they came last.
    """

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    box = models.ForeignKey(BallotBox, on_delete=models.PROTECT, related_name="custodians", db_index=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("保管人"))
    public_key = models.BinaryField(null=True)
    private_key = models.BinaryField(null=True)
    share = models.BinaryField(null=True)
    enrolled_at = models.DateTimeField(_("设好口令"), null=True)
    checked_at = models.DateTimeField(_("试过口令"), null=True)
    brought_at = models.DateTimeField(_("到场时间"), null=True)

    objects = CustodianQuerySet.as_manager()

    class Meta:
        verbose_name = _("保管人")
        verbose_name_plural = _("保管人")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["box", "user"], name="custodian_once", violation_error_message=_("这位已经是保管人了。")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class BroughtShare(models.Model):
    """The share that a custodian has brought, sealed by the server's key only, until the opening or an end wipes it.

    On PostgreSQL the table is UNLOGGED: no WAL, no replica and no base backup ever holds a row of it. After a crash of
    the database it is empty, and the custodians come once more.
    """

    custodian = models.OneToOneField(
        Custodian, on_delete=models.CASCADE, primary_key=True, related_name="brought", verbose_name=_("保管人")
    )
    sealed = models.CharField(max_length=400)

    class Meta:
        verbose_name = _("带到场的一份")
        verbose_name_plural = _("带到场的几份")

    def __str__(self) -> str:
        return f"{self.custodian_id}"


class OpeningStep(models.Model):
    """One step of the opening; each may be begun again after a crash, and a finished one is never done twice.

    `fault` says to people why it stopped; `retry_at`, when the machine tries again by itself: never where it is empty.
    """

    class Name(models.TextChoices):
        """In this order."""

        CLOSE = "close", _("封箱")
        ROOT = "root", _("公布票箱指纹")
        KEY = "key", _("保管人到场，打开钥匙")
        OPEN = "open", _("打乱、拆封、写成选票，销毁对应关系")
        PUBLISH = "publish", _("核对数目")

    box = models.ForeignKey(BallotBox, on_delete=models.PROTECT, related_name="steps", db_index=False)
    name = models.CharField(_("步骤"), max_length=8, choices=Name.choices)
    begun_at = models.DateTimeField(_("开始"), null=True)
    done_at = models.DateTimeField(_("完成"), null=True)
    done_count = models.PositiveIntegerField(_("做了多少"), db_default=0, default=0)
    total_count = models.PositiveIntegerField(_("一共多少"), db_default=0, default=0)
    fault = models.CharField(_("停在哪里"), max_length=200, blank=True, db_default="")
    retry_at = models.DateTimeField(_("再试"), null=True)
    approved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    seconded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("开箱步骤")
        verbose_name_plural = _("开箱步骤")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["box", "name"], name="opening_step_once"),
            models.CheckConstraint(
                condition=Q(seconded_by__isnull=True) | ~Q(seconded_by=models.F("approved_by")),
                name="opening_second_person",
                violation_error_message=_("要另一位同事来确认。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}"


class Ballot(AppendOnlyModel):
    """An opened ballot: a random id and the candidates chosen (uuids in hex, sorted, joined by commas). Nothing else.

    All of a box are written in one transaction in random order, so that neither order nor transaction tells anything.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    box = models.ForeignKey(BallotBox, on_delete=models.PROTECT, related_name="ballots")
    choices = models.CharField(_("选了谁"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("选票")
        verbose_name_plural = _("选票")

    def __str__(self) -> str:
        return f"{self.id}"


class OpinionAnswer(AppendOnlyModel):
    """An opened answer of a household: about whom, and a step from 1 (no) to 5 (gladly)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    box = models.ForeignKey(BallotBox, on_delete=models.PROTECT, related_name="opinions")
    nomination = models.UUIDField(_("问的是谁"))
    step = models.PositiveSmallIntegerField(_("几档"))

    class Meta:
        verbose_name = _("联系户意见")
        verbose_name_plural = _("联系户意见")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(step__gte=1, step__lte=5), name="opinion_five_steps"),
        ]

    def __str__(self) -> str:
        return f"{self.step}"
