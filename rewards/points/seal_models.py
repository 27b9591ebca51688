"""What watches over the books: the seal of each day, and what each night's recount found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.models import AppendOnlyModel


class LedgerSeal(AppendOnlyModel):
    """One day of the ledger, closed: how many lines it has, the root of the tree over them, the link to the day before.

    `link` hashes day, count, root and the link before, so the newest link, kept elsewhere, holds all days in place.
    """

    day = models.DateField(_("日期"), primary_key=True)
    count = models.PositiveIntegerField(_("笔数"))
    root = models.CharField(_("根"), max_length=64)
    previous = models.CharField(_("上一环"), max_length=64)
    link = models.CharField(_("本环"), max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("积分日封")
        verbose_name_plural = _("积分日封")
        constraints: ClassVar = [models.UniqueConstraint(fields=["previous"], name="ledger_seal_one_successor")]

    def __str__(self) -> str:
        return f"{self.day} {self.link[:12]}"


class LedgerCheck(models.Model):
    """One recount of the whole ledger by the worker; the row of a day is made by whoever begins, and filled at the end.

    `faults` holds the first of them in words, `fault_count` how many there are; None as long as it is under way.
    """

    day = models.DateField(_("日期"), primary_key=True)
    began_at = models.DateTimeField(_("开始"), db_default=Now())
    ended_at = models.DateTimeField(_("结束"), null=True)
    transfers = models.BigIntegerField(_("笔数"), null=True)
    fault_count = models.PositiveIntegerField(_("出入"), null=True)
    faults = models.JSONField(_("说明"), default=list)

    class Meta:
        verbose_name = _("积分核对")
        verbose_name_plural = _("积分核对")

    def __str__(self) -> str:
        return f"{self.day} {self.fault_count}"
