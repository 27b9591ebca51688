"""Events people come to: when, where, how many, who signed up."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.gatherings.querysets import AttendanceQuerySet, EventQuerySet, SignUpQuerySet
from foundation import clock
from volunteers.units.models import Unit

CONFIRM_WITHIN = dt.timedelta(days=30)
"""So long after its end the hours of an event can be confirmed."""
HERE_AROUND = dt.timedelta(hours=2)
"""So long before the start and after the end one can say that one is there."""
LONGEST = 24 * 60
"""Minutes that count of one event for one person, however long it goes on."""


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

    @property
    def minutes(self) -> int:
        """How long it lasts, a day at most."""
        return max(1, min(int((self.ends_at - self.starts_at).total_seconds() // 60), LONGEST))

    @property
    def takes_arrivals(self) -> bool:
        """Whether one may say on the spot that one is there."""
        around = self.starts_at - HERE_AROUND <= clock.now() <= self.ends_at + HERE_AROUND
        return self.state == EventState.PLANNED and around

    @property
    def takes_hours(self) -> bool:
        """Whether hours may be confirmed: from its end on, for thirty days."""
        return self.state == EventState.PLANNED and self.ends_at <= clock.now() <= self.ends_at + CONFIRM_WITHIN


def hours_in(minutes: int) -> int:
    """Whole hours that points are given for: half an hour and more counts as one, less does not."""
    return (minutes + 30) // 60


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


def by_account(verb: Any) -> Any:
    """Who did something, by account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=verb,
        db_index=False,
    )  # fmt: skip


class HoursBatch(models.Model):
    """One tap on 确认: who confirmed for which event, and for which part of the tree. The id is made on the phone.

    Whoever is in one of its units and not confirmed did not come, or nobody knows; nothing is written down of them.
    """

    id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="batches", verbose_name=_("活动"))
    units = models.ManyToManyField(Unit, related_name="+", verbose_name=_("管哪里"))
    count = models.PositiveIntegerField(_("几位"), db_default=0)
    confirmed_by = by_account(_("确认人"))
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("时长确认")
        verbose_name_plural = _("时长确认")

    def __str__(self) -> str:
        return f"{self.event_id} {self.count}"


class AttendanceState(models.TextChoices):
    """signed in → confirmed → withdrawn; who is confirmed again gets a new row. Who did not come has none."""

    SIGNED_IN = "signed_in", _("到了")
    CONFIRMED = "confirmed", _("已确认")
    WITHDRAWN = "withdrawn", _("已收回")


class How(models.TextChoices):
    """How it is known that somebody was there."""

    QR = "qr", _("自己扫码")
    STAFF = "staff", _("报过名")
    WALK_IN = "walk_in", _("没报名，来了")


class Attendance(models.Model):
    """That somebody was there. The unit is the person's own place on that day, and stays.

    `turn` counts the rows of a person at an event: each has a source of its own in the ledger and among the hours.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # The constraints and the index below begin with these two: indexes of their own would only slow the write.
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="attendances", verbose_name=_("活动"), db_index=False
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="attendances", verbose_name=_("人员")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"), db_index=False)
    turn = models.PositiveSmallIntegerField(_("第几次"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=AttendanceState.choices)
    how = models.CharField(_("怎么知道的"), max_length=8, choices=How.choices)
    minutes = models.PositiveSmallIntegerField(_("时长（分钟）"), db_default=0)
    signed_in_at = models.DateTimeField(_("到场时间"), null=True)
    batch = models.ForeignKey(
        HoursBatch, on_delete=models.PROTECT, null=True, related_name="attendances", verbose_name=_("确认")
    )
    confirmed_by = by_account(_("确认人"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    withdrawn_by = by_account(_("收回人"))
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True)
    reason = models.CharField(_("收回的原因"), max_length=100, blank=True, db_default="")

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("到场")
        verbose_name_plural = _("到场")
        indexes: ClassVar = [
            models.Index(fields=["unit", "confirmed_at"], name="attendance_unit_at"),
            models.Index(fields=["confirmed_at"], name="attendance_at"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "person", "turn"], name="attendance_turn"),
            models.UniqueConstraint(
                fields=["event", "person"],
                condition=~Q(state="withdrawn"),
                name="attendance_once",
                violation_error_message=_("这场活动里已经有这个人了。"),
            ),
            models.CheckConstraint(
                condition=Q(state="signed_in", confirmed_at__isnull=True)
                | Q(confirmed_at__isnull=False, minutes__gte=1, minutes__lte=LONGEST),
                name="attendance_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | (Q(withdrawn_at__isnull=False) & ~Q(reason="")),
                name="attendance_withdrawn",
                violation_error_message=_("收回要写一句原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.person_id} {self.state}"

    @property
    def source_key(self) -> str:
        """What its line in the ledger and its hours name as their source."""
        return source_key(self.event.uid, self.person_id, self.turn)


def source_key(event_uid: uuid.UUID, person_id: int, turn: int = 1) -> str:
    """The source of one person's hours at one event."""
    key = f"event:{event_uid}:{person_id}"
    return key if turn == 1 else f"{key}:{turn}"
