"""Who sits on the panel, for whom they are too near, and what they marked."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from events.campaigns.models.campaign import Campaign
from events.campaigns.models.nomination import Nomination
from events.campaigns.querysets import PanelMemberQuerySet


class PanelMember(models.Model):
    """Somebody who marks candidates in a campaign, on their phone, once they accepted and declared whom they are near.

    Who leaves keeps the row, with the reason; their marks count no longer.
    """

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="panel", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("评委"))
    title = models.CharField(_("身份"), max_length=30)
    accepted_at = models.DateTimeField(_("答应时间"), null=True)
    declared_at = models.DateTimeField(_("申报回避时间"), null=True)
    left_at = models.DateTimeField(_("退出时间"), null=True)
    left_reason = models.CharField(_("退出原因"), max_length=200, blank=True, db_default="")

    objects = PanelMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("评委")
        verbose_name_plural = _("评委")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "person"],
                name="panel_member_once",
                violation_error_message=_("这位已经是评委了。"),
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | ~Q(left_reason=""), name="panel_member_left_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"


class Conflict(models.Model):
    """A member is too near to a candidate (回避), says so and gives no mark."""

    member = models.ForeignKey(PanelMember, on_delete=models.CASCADE, related_name="conflicts", db_index=False)
    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("为什么回避"), max_length=100)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("回避")
        verbose_name_plural = _("回避")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "nomination"], name="conflict_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.nomination_id}"


class Mark(models.Model):
    """A member's mark for a candidate, 0 to 100; may be changed until the panel ends."""

    uid = models.UUIDField(_("编号"), primary_key=True)
    member = models.ForeignKey(PanelMember, on_delete=models.PROTECT, related_name="marks", db_index=False)
    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="marks")
    points = models.PositiveSmallIntegerField(_("分数"))
    at = models.DateTimeField(_("时间"), db_default=Now())
    fingerprint = models.CharField(max_length=64, db_default="", editable=False)

    class Meta:
        verbose_name = _("评分")
        verbose_name_plural = _("评分")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "nomination"], name="mark_once"),
            models.CheckConstraint(
                condition=Q(points__lte=100),
                name="mark_at_most_hundred",
                violation_error_message=_("分数在 0 到 100 之间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points}"
