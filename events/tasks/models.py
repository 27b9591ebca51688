"""Work that is offered to leaders, what they said of it, and what came of it."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from events.tasks.querysets import CheckInQuerySet, TaskQuerySet
from foundation.pictures import private_storage
from volunteers.units.models import Role, Unit


class TaskState(models.TextChoices):
    """draft → published → closed | cancelled."""

    PUBLISHED = "published", _("进行中")
    CLOSED = "closed", _("已完成")
    CANCELLED = "cancelled", _("已取消")


class Evidence(models.TextChoices):
    """What may be added to a check-in. Nothing is ever required."""

    NONE = "none", _("不用附什么")
    PHOTO = "photo", _("可以附照片")
    PLACE = "place", _("可以附位置")


class Task(models.Model):
    """One row, however many people it reaches: what, why, until when, to whom, how many minutes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("发布单位"))
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    title = models.CharField(_("做什么"), max_length=40)
    why = models.TextField(_("为什么"), max_length=500, blank=True, db_default="")
    question = models.CharField(_("问一句"), max_length=40, blank=True, db_default="")
    answers = models.JSONField(_("可选的回答"), default=list)
    roles = models.JSONField(_("给谁"), default=list)
    minutes = models.PositiveSmallIntegerField(_("大约几分钟"), default=2)
    evidence = models.CharField(_("附件"), max_length=10, choices=Evidence.choices, default=Evidence.NONE)
    needs_confirmation = models.BooleanField(_("由上级确认"), default=True)
    points = models.PositiveSmallIntegerField(_("积分"), default=1)
    due_at = models.DateTimeField(_("到什么时候"))
    state = models.CharField(_("状态"), max_length=10, choices=TaskState.choices, default=TaskState.PUBLISHED)
    fingerprint = models.CharField(max_length=64, editable=False, db_default="")
    published_at = models.DateTimeField(_("发布时间"), db_default=Now())
    closed_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    version = ""
    """Which state of the row this is, where it was read by `known`; empty elsewhere."""

    class Meta:
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="task_state_due")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=240), name="task_minutes"),
            models.CheckConstraint(condition=Q(points__lte=5), name="task_points"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether check-ins are taken. They are until the task is closed, whatever the date: nobody is ever late."""
        return self.state == TaskState.PUBLISHED

    @cached_property
    def target_paths(self) -> list[str]:
        """Paths of the units it goes to; one query, remembered on this object."""
        return list(self.targets.values_list("unit__path", flat=True))

    def answer(self, code: str) -> dict[str, Any] | None:
        """The offered answer with this code: code, label, hint, needs_help."""
        return next((a for a in self.answers if a["code"] == code), None)

    @property
    def role_labels(self) -> str:
        """Whom it asks, in words."""
        return "、".join(str(Role(role).label) for role in self.roles)


class TaskTarget(models.Model):
    """A unit to whose leaders, there and below, a task goes."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="targets")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("任务范围")
        verbose_name_plural = _("任务范围")
        constraints: ClassVar = [models.UniqueConstraint(fields=["task", "unit"], name="target_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.unit_id}"


class CheckInState(models.TextChoices):
    """submitted → confirmed | returned → submitted; declined carries no penalty and needs no reason."""

    SUBMITTED = "submitted", _("已送出")
    CONFIRMED = "confirmed", _("已确认")
    RETURNED = "returned", _("请再看看")
    DECLINED = "declined", _("这次不方便")


class CheckIn(models.Model):
    """A leader's own word that it is done (or how it is). The id is the phone's; the unit is where it happened."""

    id = models.UUIDField(primary_key=True)
    # The constraint and the indexes below begin with these three: indexes of their own would only slow the write.
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="check_ins", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="check_ins", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="check_ins", db_index=False)
    role = models.CharField(_("职务"), max_length=20, choices=Role.choices)
    state = models.CharField(_("状态"), max_length=10, choices=CheckInState.choices)
    answer = models.CharField(_("回答"), max_length=20, blank=True, db_default="")
    note = models.CharField(_("补一句"), max_length=200, blank=True, db_default="")
    photo = models.ImageField(_("照片"), upload_to="checkins", storage=private_storage, null=True, blank=True)
    place = models.JSONField(_("位置"), null=True, blank=True)
    needs_help = models.BooleanField(_("要人帮忙"), db_default=False)
    fingerprint = models.CharField(max_length=64)
    client_at = models.DateTimeField(_("手机上的时间"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("送出时间"), db_default=Now())
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    return_reason = models.CharField(_("请再看看的原因"), max_length=100, blank=True, db_default="")

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = _("打卡")
        verbose_name_plural = _("打卡")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "unit", "person"], name="check_in_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-submitted_at"], name="check_in_person"),
            models.Index(fields=["unit", "state"], name="check_in_unit_state"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.unit_id} {self.state}"


class TaskTally(models.Model):
    """Roll-up of one task in one community, moved by the write itself; higher levels add up at most 86 rows."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="tallies")
    community = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    asked = models.PositiveIntegerField(_("请了几位"))
    done = models.PositiveIntegerField(_("做了"), db_default=0)
    confirmed = models.PositiveIntegerField(_("确认了"), db_default=0)
    help = models.PositiveIntegerField(_("要帮忙"), db_default=0)
    declined = models.PositiveIntegerField(_("不方便"), db_default=0)

    class Meta:
        verbose_name = _("任务汇总")
        verbose_name_plural = _("任务汇总")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "community"], name="tally_once"),
            models.CheckConstraint(condition=Q(confirmed__lte=F("done")), name="tally_confirmed_of_done"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.community_id}"


class Outcome(models.Model):
    """What came of a task: told to everybody who took part when it is closed."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="outcome")
    title = models.CharField(_("结果一句话"), max_length=40)
    story = models.TextField(_("后来怎样"), max_length=500)
    thanks = models.CharField(_("一位邻居的话"), max_length=120, blank=True, db_default="")
    photo_before = models.ImageField(_("之前"), upload_to="outcomes", storage=private_storage, null=True, blank=True)
    photo_after = models.ImageField(_("之后"), upload_to="outcomes", storage=private_storage, null=True, blank=True)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("结果")
        verbose_name_plural = _("结果")

    def __str__(self) -> str:
        return self.title
