"""What surrounds an appointment: who was proposed for it, objections, leaves, reminders, hand-overs."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import secrets
from volunteers.posts.querysets import LeaveQuerySet, ObjectionQuerySet, ProposalQuerySet
from volunteers.units.models import LEVEL_OF_ROLE, THREE_HEADS, Appointment, Level, Role, Unit

HEAD_OF_LEVEL: dict[Level, Role] = {LEVEL_OF_ROLE[role]: role for role in THREE_HEADS}
HEAD_CHOICES = [(role.value, role.label) for role in THREE_HEADS]


class State(models.TextChoices):
    """How far a proposal has got (domain.md section 4)."""

    PROPOSED = "proposed", _("已推荐")
    VETTED = "vetted", _("已审核")
    NOTICED = "noticed", _("公示中")
    APPOINTED = "appointed", _("已任命")
    REJECTED = "rejected", _("没有通过")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_STATES = (State.PROPOSED, State.VETTED, State.NOTICED)


class How(models.TextChoices):
    """Who proposed."""

    NEIGHBOURS = "neighbours", _("邻居推荐")
    SELF = "self", _("自荐")
    STAFF = "staff", _("工作人员推荐")
    LEADER = "leader", _("三长推荐")


class Proposal(models.Model):
    """Somebody is proposed for a role of the three heads in a unit. The id is made by whoever sends it.

    Until the vetting the proposed may be unknown to the system: a name, and a sealed number by which they are found.
    """

    State = State
    How = How

    uid = models.UUIDField(_("编号"), primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("单位"))
    role = models.CharField(_("职务"), max_length=20, choices=HEAD_CHOICES)
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="proposals", verbose_name=_("人")
    )
    name = models.CharField(_("姓名"), max_length=30)
    phone_encrypted = models.CharField(_("手机号（加密）"), max_length=200, blank=True, db_default="")
    phone_index = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - none equals no other none
    how = models.CharField(_("怎么推荐的"), max_length=12, choices=How.choices)
    why = models.CharField(_("为什么合适"), max_length=300, blank=True, db_default="")
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, db_default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("推荐人")
    )
    proposed_at = models.DateTimeField(_("推荐时间"))
    vetted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    vetted_at = models.DateTimeField(_("审核时间"), null=True)
    notice_from = models.DateField(_("公示开始"), null=True)
    notice_until = models.DateField(_("公示到"), null=True)
    notice_over_told_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("办结时间"), null=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True, db_default="")
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, related_name="proposal", verbose_name=_("任职")
    )
    fingerprint = models.CharField(max_length=64, db_default="")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("推荐")
        verbose_name_plural = _("推荐")
        indexes: ClassVar = [
            models.Index(fields=["unit", "role"], name="proposal_unit_role"),
            models.Index(fields=["state", "notice_until"], name="proposal_state_until"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=[r.value for r in THREE_HEADS]), name="proposal_role_of_heads"),
            models.CheckConstraint(
                condition=~Q(state__in=[State.VETTED, State.NOTICED, State.APPOINTED]) | Q(person__isnull=False),
                name="proposal_vetted_has_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.NOTICED) | Q(notice_from__isnull=False, notice_until__gte=F("notice_from")),
                name="proposal_notice_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.APPOINTED) | Q(appointment__isnull=False), name="proposal_appointed_has_post"
            ),
            models.UniqueConstraint(
                fields=["unit", "role", "phone_index"],
                condition=Q(state__in=OPEN_STATES),
                name="proposal_once",
                violation_error_message=_("已经有人推荐过这一位了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.unit_id} {self.state}"

    @staticmethod
    def phone_aad(uid: uuid.UUID) -> str:
        """What a sealed number is bound to: table, column and row."""
        return f"posts_proposal|phone|{uid}"

    def set_phone(self, phone: str) -> None:
        """Seal a number of 11 digits, or remove it with an empty text; the caller saves."""
        self.phone_encrypted = secrets.encrypt(phone, aad=self.phone_aad(self.uid)) if phone else ""
        self.phone_index = secrets.blind_index(phone) if phone else None

    @property
    def phone(self) -> str:
        """The number in clear, empty when there is none. Whoever shows it to a person audits that."""
        return secrets.decrypt(self.phone_encrypted, aad=self.phone_aad(self.uid)) if self.phone_encrypted else ""

    @property
    def masked_phone(self) -> str:
        """138****1234, or empty."""
        return secrets.mask_phone(self.phone) if self.phone_encrypted else ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be decided."""
        return self.state in OPEN_STATES

    def notice_ran(self, on: dt.date) -> bool:
        """Whether the public notice is over: its last day lies before this one."""
        return self.state == State.NOTICED and self.notice_until is not None and self.notice_until < on


class ObjectionState(models.TextChoices):
    """What became of an objection."""

    OPEN = "open", _("待处理")
    UPHELD = "upheld", _("成立")
    DISMISSED = "dismissed", _("不成立")


class Objection(models.Model):
    """Somebody around has a word against a proposal in public notice. While one is open nobody is appointed."""

    State = ObjectionState

    uid = models.UUIDField(_("编号"), primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="objections", verbose_name=_("推荐"))
    words = models.CharField(_("说了什么"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("时间"))
    state = models.CharField(_("状态"), max_length=10, choices=ObjectionState.choices, db_default=ObjectionState.OPEN)
    reason = models.CharField(_("处理说明"), max_length=200, blank=True, db_default="")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    fingerprint = models.CharField(max_length=64, db_default="")

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["proposal", "by"], condition=Q(state="open"), name="objection_one_open_each"
            ),
            models.CheckConstraint(condition=Q(state="open") | ~Q(reason=""), name="objection_decided_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.state}"


class Leave(models.Model):
    """A leader is away for some days; somebody may stand in. At most one leave of an appointment is open."""

    uid = models.UUIDField(_("编号"), primary_key=True, default=uuid.uuid4, editable=False)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="leaves", verbose_name=_("任职")
    )
    starts_on = models.DateField(_("从哪天"))
    ends_on = models.DateField(_("到哪天"))
    reason = models.CharField(_("原因"), max_length=100, blank=True, db_default="")
    stand_in = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, related_name="stand_in_of", verbose_name=_("代理")
    )
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(_("登记时间"))
    begun_told_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(_("结束登记"), null=True)
    fingerprint = models.CharField(max_length=64, db_default="")

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("休假")
        verbose_name_plural = _("休假")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(closed_at__isnull=True),
                name="leave_one_open",
                violation_error_message=_("已经登记过休假了。"),
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="leave_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.starts_on}–{self.ends_on}"

    def is_running(self, on: dt.date) -> bool:
        """Whether the leader is away on a day."""
        return self.starts_on <= on <= self.ends_on


class HandOver(models.Model):
    """What one leader leaves to the next: the pack was made ready, and the successor has looked at it."""

    uid = models.UUIDField(_("编号"), primary_key=True, default=uuid.uuid4, editable=False)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="handed_over", verbose_name=_("前任")
    )
    successor = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, related_name="taken_over", verbose_name=_("继任")
    )
    handed_at = models.DateTimeField(_("准备好的时间"))
    acknowledged_at = models.DateTimeField(_("接手时间"), null=True)

    class Meta:
        verbose_name = _("交接")
        verbose_name_plural = _("交接")

    def __str__(self) -> str:
        return f"{self.appointment_id} → {self.successor_id}"


class TermReminder(models.Model):
    """Staff were told that a term ends; told once for each end of a term."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="+")
    term_ends_on = models.DateField(_("任期到"))
    told_at = models.DateTimeField(_("提醒时间"))

    class Meta:
        verbose_name = _("任期提醒")
        verbose_name_plural = _("任期提醒")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appointment", "term_ends_on"], name="term_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.term_ends_on}"


def role_at(unit: Unit) -> Role:
    """The one role of the three heads that a unit of this level has; KeyError for another level."""
    return HEAD_OF_LEVEL[Level(unit.level)]
