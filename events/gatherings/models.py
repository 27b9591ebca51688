"""Events people come to: when, where, how many, who signed up."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.gatherings.querysets import EventQuerySet, SignUpQuerySet
from foundation import clock
from volunteers.units.models import Unit


class EventState(models.TextChoices):
    """planned ⇄ called off."""

    PLANNED = "planned", _("照常")
    CALLED_OFF = "called_off", _("取消了")


class Event(models.Model):
    """A gathering. Its words are a Wagtail page with the same `uid`; this is what sign-ups count against."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="events", verbose_name=_("主办单位"))
    title = models.CharField(_("名称"), max_length=60)
    place = models.CharField(_("地点"), max_length=80)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    capacity = models.PositiveIntegerField(_("名额"), null=True, blank=True, help_text=_("不填就是不限"))
    signed_count = models.PositiveIntegerField(_("已报名"), db_default=0)
    needs_sign_up = models.BooleanField(_("需要报名"), default=True)
    is_public = models.BooleanField(_("对外公开"), default=False, db_default=False)
    state = models.CharField(
        _("状态"), max_length=12, choices=EventState.choices, default=EventState.PLANNED, db_default=EventState.PLANNED
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动")
        verbose_name_plural = _("活动")
        indexes: ClassVar = [models.Index(fields=["unit", "starts_at"], name="event_unit_start")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_times",
                violation_error_message=_("结束要在开始之后。"),
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(signed_count__lte=F("capacity")),
                name="event_capacity",
                violation_error_message=_("名额不能少于已经报名的人数。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page people see."""
        return reverse("event_detail", args=[self.uid])

    @property
    def places_left(self) -> int | None:
        """How many more may come; None when there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.signed_count, 0)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ends_at <= clock.now()

    @property
    def is_open(self) -> bool:
        """Whether one may sign up, places permitting."""
        return self.needs_sign_up and self.state == EventState.PLANNED and not self.is_over


class SignUpState(models.TextChoices):
    """signed → cancelled; who signs up again makes a new one."""

    SIGNED = "signed", _("已报名")
    CANCELLED = "cancelled", _("已取消")


class SignUp(models.Model):
    """A person wants to come. The id is made on the phone."""

    id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="sign_ups", verbose_name=_("活动"))
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="sign_ups", verbose_name=_("人员")
    )
    state = models.CharField(_("状态"), max_length=10, choices=SignUpState.choices, default=SignUpState.SIGNED)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("报名")
        verbose_name_plural = _("报名")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "person"],
                condition=Q(state="signed"),
                name="sign_up_once",
                violation_error_message=_("已经报过名了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.person_id}"
