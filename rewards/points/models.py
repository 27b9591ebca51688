"""The ledger: accounts and the transfers between them. A line never changes; a mistake is a reversal."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.models import AppendOnlyModel
from volunteers.units.models import Unit


class AccountKind(models.TextChoices):
    """What an account stands for. Only issuing accounts go below zero."""

    PERSON = "person", _("个人")
    ISSUING = "issuing", _("发放")
    EXPIRY = "expiry", _("过期")


class PointsAccount(models.Model):
    """Holds points. The balance of a person is kept here by the transfer; system accounts keep no hot balance."""

    kind = models.CharField(_("类型"), max_length=10, choices=AccountKind.choices)
    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="points_account"
    )
    balance = models.BigIntegerField(_("余额"), db_default=0)
    held = models.BigIntegerField(_("占用"), db_default=0)

    class Meta:
        verbose_name = _("积分账户")
        verbose_name_plural = _("积分账户")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(balance__gte=F("held")), name="points_not_below_zero"),
            models.CheckConstraint(condition=Q(held__gte=0), name="points_held_not_negative"),
            models.CheckConstraint(
                condition=Q(kind="person", person__isnull=False) | (~Q(kind="person") & Q(person__isnull=True)),
                name="points_account_owner",
            ),
            models.UniqueConstraint(fields=["kind"], condition=~Q(kind="person"), name="points_one_system_account"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id or ''}"


class Transfer(AppendOnlyModel):
    """One line of the ledger, both sides in one row, so the books balance by construction (rule R7)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The indexes below begin with the accounts: others would only slow the write.
    from_account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="given", db_index=False)
    to_account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="received", db_index=False)
    points = models.BigIntegerField(_("积分"))
    rule = models.CharField(_("规则"), max_length=30)
    reason = models.CharField(_("说明"), max_length=120)
    source_key = models.CharField(_("来源"), max_length=80, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("单位"))
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    actor_id = models.BigIntegerField(_("经办"), null=True)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("积分流水")
        verbose_name_plural = _("积分流水")
        indexes: ClassVar = [
            models.Index(fields=["to_account", "-at"], name="transfer_to_at"),
            models.Index(fields=["from_account", "-at"], name="transfer_from_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(points__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(from_account=F("to_account")), name="transfer_two_sides"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.points}"
