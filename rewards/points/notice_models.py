"""What was told to whom about points that run out, so that it is told once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class NoticeKind(models.TextChoices):
    """Old points run out; the last role ended; what is left after the last role runs out soon."""

    AGE = "age", _("快到期")
    ROLE_ENDED = "role_ended", _("卸任")
    LAST_CALL = "last_call", _("卸任后快到期")


class PointsNotice(models.Model):
    """One message to the owner of an account. `through` is the last day that it speaks of."""

    account = models.ForeignKey("points.PointsAccount", on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(_("类型"), max_length=10, choices=NoticeKind.choices)
    through = models.DateField(_("说到哪天"))
    told_at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("积分到期提醒")
        verbose_name_plural = _("积分到期提醒")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "kind", "through"], name="points_notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind} {self.through}"
