"""What two people decide together: awards made by hand, budgets; and the monthly sample that is looked at again."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rewards.points.querysets import FillQuerySet, ManualAwardQuerySet, SampledQuerySet, SampleQuerySet


def account_of_staff(verb: Any) -> Any:
    """A member of staff who did something, by account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=verb
    )


class AskedState(models.TextChoices):
    """asked → approved | refused | withdrawn."""

    ASKED = "asked", _("等批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("没有批准")
    WITHDRAWN = "withdrawn", _("已收回")


class TwoPersons(models.Model):
    """Asked for by one member of staff and decided by another; the uid is made in the form."""

    uid = models.UUIDField(_("编号"), primary_key=True)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    reason = models.CharField(_("说明"), max_length=120)
    state = models.CharField(_("状态"), max_length=9, choices=AskedState.choices, default=AskedState.ASKED)
    asked_by = account_of_staff(_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"), db_default=Now())
    decided_by = account_of_staff(_("批准人"))
    decided_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    answer = models.CharField(_("答复"), max_length=200, blank=True, db_default="")
    fingerprint = models.CharField(max_length=64, editable=False)
    transfer = models.OneToOneField(
        "points.Transfer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)s",
        verbose_name=_("流水"),
    )

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"])
                | Q(asked_by__isnull=True)
                | ~Q(decided_by=F("asked_by")),
                name="%(class)s_second_person",
                violation_error_message=_("申请的人不能自己批准，请另一位同事来批。"),
            ),
            models.CheckConstraint(
                condition=Q(state="approved", transfer__isnull=False)
                | (~Q(state="approved") & Q(transfer__isnull=True)),
                name="%(class)s_line_when_approved",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Still to be decided."""
        return self.state == AskedState.ASKED


class ManualAward(TwoPersons):
    """Points for something that no other part of the system sees: a dispute settled, a hazard found."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("给谁"))
    rule = models.CharField(_("规则"), max_length=30)
    quantity = models.PositiveSmallIntegerField(_("几件"))
    happened_on = models.DateField(_("哪天的事"))

    objects = ManualAwardQuerySet.as_manager()

    class Meta(TwoPersons.Meta):
        verbose_name = _("积分申请")
        verbose_name_plural = _("积分申请")
        indexes: ClassVar = [
            models.Index(fields=["state", "-asked_at"], name="manual_award_state"),
            models.Index(fields=["decided_at"], name="manual_award_decided", condition=Q(state="approved")),
        ]
        constraints: ClassVar = [
            *TwoPersons.Meta.constraints,
            models.CheckConstraint(condition=Q(quantity__gt=0), name="manual_award_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.quantity}"


class BudgetFill(TwoPersons):
    """Points put into the budget of a unit, from which awards made by hand are given."""

    points = models.PositiveIntegerField(_("积分"))

    objects = FillQuerySet.as_manager()

    class Meta(TwoPersons.Meta):
        verbose_name = _("预算申请")
        verbose_name_plural = _("预算申请")
        constraints: ClassVar = [
            *TwoPersons.Meta.constraints,
            models.CheckConstraint(condition=Q(points__gt=0), name="budget_fill_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.points}"


class AwardSample(models.Model):
    """What was drawn of one month's approved awards: the seed, the method in numbers, and how many there were."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    month = models.DateField(_("月份"), unique=True)
    seed = models.CharField(_("种子"), max_length=64)
    percent = models.PositiveSmallIntegerField(_("百分之几"))
    at_least = models.PositiveSmallIntegerField(_("每个社区至少几条"))
    population = models.PositiveIntegerField(_("一共多少条"))
    drawn_at = models.DateTimeField(_("抽取时间"), db_default=Now())

    objects = SampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽查批次")
        verbose_name_plural = _("抽查批次")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def last_day(self) -> dt.date:
        """Of the month."""
        return (self.month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


class Verdict(models.TextChoices):
    """open → in order | not in order, with a reason."""

    OPEN = "open", _("等看")
    IN_ORDER = "in_order", _("没有问题")
    NOT_IN_ORDER = "not_in_order", _("有问题")


class SampledAward(models.Model):
    """One award of a sample, and what a second look found."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    sample = models.ForeignKey(AwardSample, on_delete=models.PROTECT, related_name="items", verbose_name=_("批次"))
    award = models.OneToOneField(ManualAward, on_delete=models.PROTECT, related_name="sampled", verbose_name=_("申请"))
    verdict = models.CharField(_("结果"), max_length=12, choices=Verdict.choices, default=Verdict.OPEN)
    reason = models.CharField(_("说明"), max_length=200, blank=True, db_default="")
    looked_by = account_of_staff(_("抽查人"))
    looked_at = models.DateTimeField(_("抽查时间"), null=True, blank=True)

    objects = SampledQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽查")
        verbose_name_plural = _("抽查")
        indexes: ClassVar = [models.Index(fields=["sample", "verdict"], name="sampled_verdict")]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.verdict}"
