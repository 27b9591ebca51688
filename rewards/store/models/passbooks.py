"""The passbook on paper (积分存折) and its card: which lines of the ledger are printed in it, and on which page."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rewards.store.models.shelf import by_staff
from rewards.store.querysets import PassbookQuerySet
from volunteers.units.models import Unit


class PassbookEnd(models.TextChoices):
    """Why a number no longer counts."""

    LOST = "lost", _("丢了")
    FULL = "full", _("写满了")
    LEFT = "left", _("不用了")


class Passbook(models.Model):
    """A number that stands for a person on paper; one in use a person. A lost one is ended and a new one made.

    `unit` is the community that issued it, until the one that serves the person now takes it over.
    """

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="passbooks", verbose_name=_("谁的")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("社区"))
    number = models.CharField(_("存折号"), max_length=10, unique=True)
    page = models.PositiveSmallIntegerField(_("印到第几页"), db_default=0)
    opening = models.BigIntegerField(_("上本结转"), db_default=0)
    printed = models.BigIntegerField(_("纸上余额"), db_default=0)
    printed_at = models.DateTimeField(_("印到什么时候"), null=True, blank=True)
    issued_by = by_staff(_("经办人"))
    issued_at = models.DateTimeField(_("开本时间"), db_default=Now())
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    ended_why = models.CharField(_("为什么停用"), max_length=6, choices=PassbookEnd.choices, blank=True, db_default="")

    objects = PassbookQuerySet.as_manager()

    class Meta:
        verbose_name = _("积分存折")
        verbose_name_plural = _("积分存折")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at__isnull=True), name="passbook_one_in_use")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_live(self) -> bool:
        """Whether the number still counts."""
        return self.ended_at is None


class PassbookPrint(models.Model):
    """One visit to the printer: which pages, and the balance at the end of them. The id is made by the form."""

    id = models.UUIDField(primary_key=True)
    passbook = models.ForeignKey(Passbook, on_delete=models.CASCADE, related_name="prints")
    first_page = models.PositiveSmallIntegerField(_("从第几页"))
    last_page = models.PositiveSmallIntegerField(_("到第几页"))
    before = models.BigIntegerField(_("承前余额"))
    after = models.BigIntegerField(_("余额"))
    printed_by = by_staff(_("经办人"))
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("存折打印")
        verbose_name_plural = _("存折打印")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["passbook", "first_page"], name="passbook_page_once"),
        ]

    def __str__(self) -> str:
        return f"{self.passbook_id} {self.first_page}"


class PassbookLine(models.Model):
    """One line of the ledger as it stands on paper. Without a print it lies in the balance brought forward."""

    passbook = models.ForeignKey(Passbook, on_delete=models.CASCADE, related_name="lines")
    print = models.ForeignKey(PassbookPrint, on_delete=models.CASCADE, null=True, related_name="lines")
    transfer = models.ForeignKey("points.Transfer", on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField(_("积分"))
    page = models.PositiveSmallIntegerField(_("第几页"), db_default=0)

    class Meta:
        verbose_name = _("存折行")
        verbose_name_plural = _("存折行")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["passbook", "transfer"], name="passbook_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.passbook_id} {self.points}"
