"""Events people come to: when, where, how many, who signed up, who came."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from volunteers.units.models import Unit


class Event(models.Model):
    """A gathering; its words are a Wagtail page."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="events", verbose_name=_("主办单位"))
    title = models.CharField(_("名称"), max_length=60)
    place = models.CharField(_("地点"), max_length=80)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    capacity = models.PositiveIntegerField(_("名额"), null=True, blank=True, help_text=_("不填就是不限"))
    signed_count = models.PositiveIntegerField(_("已报名"), db_default=0)
    needs_sign_up = models.BooleanField(_("需要报名"), default=True)

    class Meta:
        verbose_name = _("活动")
        verbose_name_plural = _("活动")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_times"),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(signed_count__lte=F("capacity")), name="event_capacity"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SignUpState(models.TextChoices):
    """signed ⇄ cancelled."""

    SIGNED = "signed", _("已报名")
    CANCELLED = "cancelled", _("已取消")


class SignUp(models.Model):
    """A person wants to come. The id is made on the phone."""

    id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="sign_ups")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="sign_ups")
    state = models.CharField(_("状态"), max_length=10, choices=SignUpState.choices, default=SignUpState.SIGNED)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("报名")
        verbose_name_plural = _("报名")
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "person"], name="sign_up_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.person_id}"
