"""Months added up once, so that no report reads a year of lines. By community, rule and sort; never by person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from volunteers.units.models import Unit


class Flow(models.TextChoices):
    """What a line did, told from its two sides; whatever is not named here only moved within the system."""

    ISSUED = "issued", _("发放")
    SPENT = "spent", _("兑换")
    EXPIRED = "expired", _("到期")
    REVERSED = "reversed", _("冲正")
    RETURNED = "returned", _("退回")
    SETTLED = "settled", _("结算")


def of_place() -> models.ForeignKey[Unit | None, Unit | None]:
    """The community in which something happened, or what lies above it; none where the line names no unit."""
    return models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("单位")
    )


class MonthPoints(models.Model):
    """Points of one place, month, rule and flow; in how many lines, and of how many different people."""

    unit = of_place()
    month = models.DateField(_("月份"))
    rule = models.CharField(_("规则"), max_length=30)
    flow = models.CharField(_("种类"), max_length=8, choices=Flow.choices)
    points = models.BigIntegerField(_("积分"))
    lines = models.PositiveIntegerField(_("笔数"))
    heads = models.PositiveIntegerField(_("人数"))

    class Meta:
        verbose_name = _("月度积分")
        verbose_name_plural = _("月度积分")
        indexes: ClassVar = [models.Index(fields=["month", "unit"], name="month_points_unit")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.unit_id} {self.rule} {self.flow}"


class MonthUses(models.Model):
    """Uses of one benefit at one provider by leaders of one place in a month, without those taken back."""

    unit = of_place()
    month = models.DateField(_("月份"))
    benefit = models.ForeignKey("benefits.Benefit", on_delete=models.CASCADE, related_name="+", db_index=False)
    merchant = models.ForeignKey("benefits.Merchant", on_delete=models.CASCADE, related_name="+", db_index=False)
    uses = models.PositiveIntegerField(_("次数"))
    heads = models.PositiveIntegerField(_("人数"))

    class Meta:
        verbose_name = _("月度使用")
        verbose_name_plural = _("月度使用")
        indexes: ClassVar = [models.Index(fields=["month", "unit"], name="month_uses_unit")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.unit_id} {self.benefit_id} {self.merchant_id}"


class RolledUp(models.Model):
    """Up to which day the months of a table are added up; that day itself is not."""

    name = models.CharField(max_length=10, primary_key=True)
    until = models.DateField(null=True)

    class Meta:
        verbose_name = _("汇总进度")
        verbose_name_plural = _("汇总进度")

    def __str__(self) -> str:
        return f"{self.name} {self.until}"
