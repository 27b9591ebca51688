"""The ledger: accounts, the transfers between them, what is held, and the rules by version.

A line never changes; a mistake is a reversal that points at it, expiry is a transfer too.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.models import AppendOnlyModel
from rewards.points.award_models import (
    AskedState,
    AwardSample,
    BudgetFill,
    ManualAward,
    SampledAward,
    Verdict,
    account_of_staff,
)
from rewards.points.notice_models import NoticeKind, PointsNotice
from rewards.points.querysets import RuleVersionQuerySet, TransferQuerySet
from rewards.points.seal_models import LedgerCheck, LedgerSeal
from volunteers.units.models import Unit

__all__ = [
    "OWNED", "AccountKind", "AskedState", "AwardSample", "BudgetFill", "Hold", "HoldState", "LedgerCheck",
    "LedgerSeal", "ManualAward", "MonthEarned", "NoticeKind", "PointsAccount", "PointsNotice", "Rule",
    "RuleState", "RuleVersion", "SampledAward", "Transfer", "Verdict", "account_of_staff",
]  # fmt: skip
"""The rows of this app; those of awards, seals and notices are in files of their own."""


class AccountKind(models.TextChoices):
    """What an account stands for. Only the system's own accounts may go below zero; they keep no hot balance."""

    PERSON = "person", _("个人")
    BUDGET = "budget", _("单位预算")
    PROVIDER = "provider", _("提供方")
    ISSUING = "issuing", _("发放")
    EXPIRY = "expiry", _("过期")
    SETTLED = "settled", _("已结算")


OWNED = (AccountKind.PERSON, AccountKind.BUDGET, AccountKind.PROVIDER)
"""Kinds that belong to somebody: these keep a balance, never below what is held of it."""


class PointsAccount(models.Model):
    """Holds points: of a person, a unit (its budget), a provider (`owner_uid` of a shop or store), or the system."""

    kind = models.CharField(_("类型"), max_length=10, choices=AccountKind.choices)
    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="points_account"
    )
    unit = models.OneToOneField(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="points_budget", verbose_name=_("单位")
    )
    owner_uid = models.UUIDField(_("提供方编号"), unique=True, null=True, blank=True)
    balance = models.BigIntegerField(_("余额"), db_default=0)
    held = models.BigIntegerField(_("占用"), db_default=0)

    class Meta:
        verbose_name = _("积分账户")
        verbose_name_plural = _("积分账户")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(balance__gte=F("held")), name="points_not_below_zero"),
            models.CheckConstraint(condition=Q(held__gte=0), name="points_held_not_negative"),
            models.CheckConstraint(
                condition=Q(kind="person", person__isnull=False, unit__isnull=True, owner_uid__isnull=True)
                | Q(kind="budget", person__isnull=True, unit__isnull=False, owner_uid__isnull=True)
                | Q(kind="provider", person__isnull=True, unit__isnull=True, owner_uid__isnull=False)
                | Q(
                    kind__in=["issuing", "expiry", "settled"],
                    person__isnull=True,
                    unit__isnull=True,
                    owner_uid__isnull=True,
                ),
                name="points_account_owner",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind__in=["issuing", "expiry", "settled"]),
                name="points_one_system_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id or self.unit_id or self.owner_uid or ''}"


class RuleState(models.TextChoices):
    """draft → approved (in force from its day until a later one) | withdrawn."""

    DRAFT = "draft", _("草稿")
    APPROVED = "approved", _("已批准")
    WITHDRAWN = "withdrawn", _("已撤回")


class RuleVersion(models.Model):
    """One edition of the rules, in force from a day on, until the next approved one; never changed afterwards."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(_("第几版"), unique=True)
    starts_on = models.DateField(_("生效日期"))
    state = models.CharField(_("状态"), max_length=10, choices=RuleState.choices, default=RuleState.DRAFT)
    ceiling = models.PositiveIntegerField(_("每人每月上限"), help_text=_("一个人一个月最多得多少分"))
    valid_months = models.PositiveSmallIntegerField(_("有效月数"), default=24)
    warn_days = models.PositiveSmallIntegerField(_("提前几天提醒"), default=60)
    why = models.CharField(_("为什么改"), max_length=200, blank=True, db_default="")
    drafted_by = account_of_staff(_("起草人"))
    approved_by = account_of_staff(_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True, blank=True)

    objects = RuleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("积分规则")
        verbose_name_plural = _("积分规则")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(drafted_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="rules_second_person",
                violation_error_message=_("起草的人不能自己批准，请另一位同事来批。"),
            ),
        ]

    def __str__(self) -> str:
        return str(_("第 %d 版") % self.number)


class Rule(models.Model):
    """What one thing is worth in one version: points a piece, and how many pieces count."""

    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, related_name="rules", verbose_name=_("版本"))
    code = models.CharField(_("代码"), max_length=30)
    label = models.CharField(_("名称"), max_length=40)
    points = models.PositiveSmallIntegerField(_("每件几分"))
    measure = models.CharField(_("量词"), max_length=10, default="次", help_text=_("次、小时、件"))
    most_at_once = models.PositiveSmallIntegerField(_("一次最多几件"), null=True, blank=True)
    most_a_month = models.PositiveSmallIntegerField(_("每月最多几件"), null=True, blank=True)
    by_hand = models.BooleanField(_("由工作人员录入"), default=False, help_text=_("要两个人：一人申请，一人批准"))

    class Meta:
        verbose_name = _("规则")
        verbose_name_plural = _("规则")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="rule_once_a_version"),
            models.CheckConstraint(condition=Q(points__gt=0), name="rule_gives_something"),
        ]

    def __str__(self) -> str:
        return self.label


class Transfer(AppendOnlyModel):
    """One line of the ledger, both sides in one row, so the books balance by construction (rule R7)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The indexes below begin with the accounts: others would only slow the write.
    from_account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="given", db_index=False)
    to_account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="received", db_index=False)
    points = models.BigIntegerField(_("积分"))
    rule = models.CharField(_("规则"), max_length=30)
    quantity = models.PositiveSmallIntegerField(_("几件"), db_default=1)
    version_number = models.PositiveIntegerField(_("规则版本"), null=True)
    reason = models.CharField(_("说明"), max_length=120)
    source_key = models.CharField(_("来源"), max_length=80, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("单位"))
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    actor_id = models.BigIntegerField(_("经办"), null=True)
    by_staff = models.BooleanField(_("工作人员录入"), db_default=False)
    at = models.DateTimeField(_("时间"), db_default=Now())

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("积分流水")
        verbose_name_plural = _("积分流水")
        indexes: ClassVar = [
            models.Index(fields=["to_account", "-at"], name="transfer_to_at"),
            models.Index(fields=["from_account", "-at"], name="transfer_from_at"),
            models.Index(fields=["at"], name="transfer_at"),  # BRIN on PostgreSQL, see `day_index`
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(points__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(from_account=F("to_account")), name="transfer_two_sides"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.points}"


class MonthEarned(models.Model):
    """What a person has earned in a month, so that the ceiling holds under two callers; moved with the award.

    By person, not by account: one statement can then take the month before it opens the account.
    """

    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("人")
    )
    month = models.DateField(_("月份"))
    points = models.PositiveIntegerField(_("积分"), db_default=0)
    last_given = models.PositiveIntegerField(_("最近一次"), db_default=0)

    class Meta:
        verbose_name = _("当月所得")
        verbose_name_plural = _("当月所得")
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "month"], name="points_month_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.month:%Y-%m}"


class HoldState(models.TextChoices):
    """held → posted (a transfer) | voided | expired (the points are free again)."""

    HELD = "held", _("占用中")
    POSTED = "posted", _("已入账")
    VOIDED = "voided", _("已撤销")
    EXPIRED = "expired", _("已到期")


class Hold(models.Model):
    """Points set aside for a purpose until an instant (rule R10). The id is made by whoever asks."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="holds")
    points = models.BigIntegerField(_("积分"))
    reason = models.CharField(_("说明"), max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("单位"))
    state = models.CharField(_("状态"), max_length=8, choices=HoldState.choices, default=HoldState.HELD)
    until = models.DateTimeField(_("到"))
    let_go_at = models.DateTimeField(_("放回时间"), null=True)
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, null=True, related_name="hold")
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("占用")
        verbose_name_plural = _("占用")
        indexes: ClassVar = [
            models.Index(fields=["until"], condition=Q(state="held"), name="hold_open_until"),
        ]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(points__gt=0), name="hold_positive")]

    def __str__(self) -> str:
        return f"{self.state} {self.points}"
