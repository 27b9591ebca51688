"""A campaign, the version of the rules it runs by, its phases and its quota."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from events.campaigns.querysets import CampaignQuerySet
from foundation.models import AppendOnlyModel

_SMALL = [MinValueValidator(1), MaxValueValidator(1_000)]
_DAYS = [MinValueValidator(1), MaxValueValidator(60)]


class CampaignRules(AppendOnlyModel):
    """One version of the rules (domain.md section 5); a version is never changed, a new one is added.

    Weights are percent of the score; days are calendar days, notices working days.
    """

    number = models.PositiveIntegerField(_("版本"), unique=True)
    winners_count = models.PositiveSmallIntegerField(_("一共评多少位"), default=100, validators=_SMALL)
    max_choices = models.PositiveSmallIntegerField(
        _("一张票最多选几位"), default=5, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    seconders_count = models.PositiveSmallIntegerField(_("要几户附议"), default=3, validators=_SMALL)
    months_in_role = models.PositiveSmallIntegerField(_("任职满几个月"), default=12, validators=_SMALL)
    nominating_days = models.PositiveSmallIntegerField(_("提名几天"), default=14, validators=_DAYS)
    vetting_days = models.PositiveSmallIntegerField(_("审核几天"), default=10, validators=_DAYS)
    notice_working_days = models.PositiveSmallIntegerField(_("公示几个工作日"), default=5, validators=_DAYS)
    voting_days = models.PositiveSmallIntegerField(_("投票几天"), default=7, validators=_DAYS)
    counting_days = models.PositiveSmallIntegerField(_("开箱几天"), default=3, validators=_DAYS)
    panel_days = models.PositiveSmallIntegerField(_("评审几天"), default=7, validators=_DAYS)
    panel_weight = models.PositiveSmallIntegerField(_("评审占"), default=50)
    opinion_weight = models.PositiveSmallIntegerField(_("联系户占"), default=30)
    ballot_weight = models.PositiveSmallIntegerField(_("居民投票占"), default=20)
    panel_least = models.PositiveSmallIntegerField(_("评审最少几位"), default=5, validators=_SMALL)
    opinion_least = models.PositiveSmallIntegerField(_("几户答了才算"), default=5, validators=_SMALL)
    hidden_below = models.PositiveSmallIntegerField(_("少于几张票不显示"), default=20, validators=_SMALL)
    why = models.CharField(_("为什么改"), max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("评选规则")
        verbose_name_plural = _("评选规则")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(panel_weight=100 - F("opinion_weight") - F("ballot_weight")),
                name="campaign_weights_are_hundred",
                violation_error_message=_("三项加起来要正好是 100。"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class CampaignState(models.TextChoices):
    """The states of domain.md section 4, in their order; suspended and terminated stand beside them."""

    DRAFT = "draft", _("草稿")
    APPROVED = "approved", _("已批准")
    NOMINATING = "nominating", _("提名")
    VETTING = "vetting", _("审核")
    NOTICE = "notice", _("候选人公示")
    VOTING = "voting", _("投票")
    COUNTING = "counting", _("开箱")
    PANEL = "panel", _("评审")
    WINNERS_NOTICE = "winners_notice", _("结果公示")
    AWARDED = "awarded", _("已表彰")
    ARCHIVED = "archived", _("已归档")
    SUSPENDED = "suspended", _("暂停")
    TERMINATED = "terminated", _("终止")


PHASES = (
    CampaignState.NOMINATING,
    CampaignState.VETTING,
    CampaignState.NOTICE,
    CampaignState.VOTING,
    CampaignState.COUNTING,
    CampaignState.PANEL,
    CampaignState.WINNERS_NOTICE,
)
"""What has a beginning and an end on the calendar."""
ORDER = (CampaignState.APPROVED, *PHASES, CampaignState.AWARDED, CampaignState.ARCHIVED)
CLOSED = (CampaignState.ARCHIVED, CampaignState.TERMINATED)


class Campaign(models.Model):
    """One selection of the best neighbour leaders of a district. What it runs by is frozen when it is approved.

    `charter` is what was approved, as canonical JSON, and `fingerprint` its SHA-256; the database refuses to change
    either. `held_since` is when a phase should have begun that a gate still keeps waiting. `place_names` is how the
    communities were called as voting opened.
    """

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("区"))
    title = models.CharField(_("名称"), max_length=40)
    about = models.CharField(_("给居民的话"), max_length=300, blank=True, db_default="")
    rules = models.ForeignKey(CampaignRules, on_delete=models.PROTECT, related_name="+", verbose_name=_("规则版本"))
    approval_reference = models.CharField(_("批文号"), max_length=60, blank=True, db_default="")
    state = models.CharField(
        _("状态"), max_length=14, choices=CampaignState.choices, default=CampaignState.DRAFT, db_default="draft"
    )
    suspended_from = models.CharField(max_length=14, blank=True, db_default="", editable=False)
    suspended_at = models.DateTimeField(_("暂停时间"), null=True, editable=False)
    held_since = models.DateTimeField(_("等着进下一阶段"), null=True, editable=False)
    charter = models.TextField(_("批准的内容"), blank=True, db_default="", editable=False)
    fingerprint = models.CharField(_("规则指纹"), max_length=64, blank=True, db_default="", editable=False)
    place_names = models.JSONField(_("投票时的社区名称"), null=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("建立时间"), db_default=Now())
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(_("批准时间"), null=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("评选")
        verbose_name_plural = _("评选")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "terminated"])
                | (~Q(approval_reference="") & ~Q(fingerprint="") & Q(approved_at__isnull=False)),
                name="campaign_approved_before_it_leaves_draft",
                violation_error_message=_("要先有批文号，才能开始。"),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(made_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="campaign_second_person",
                violation_error_message=_("起草的人不能自己批准，请另一位同事来批。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="suspended") | (~Q(suspended_from="") & Q(suspended_at__isnull=False)),
                name="campaign_suspended_from_somewhere",
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=~Q(state__in=["draft", "awarded", "archived", "terminated"]),
                name="campaign_one_running",
                violation_error_message=_("这里已经有一场评选在进行。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        """Still to be changed."""
        return self.state == CampaignState.DRAFT

    def is_in(self, *states: CampaignState) -> bool:
        """Whether it stands in one of the states."""
        return self.state in states

    def has_passed(self, state: CampaignState) -> bool:
        """Whether a phase lies behind it; a suspended one counts as where it was suspended."""
        here = self.suspended_from if self.state == CampaignState.SUSPENDED else self.state
        known = [str(one) for one in ORDER]
        return here in known and known.index(here) > known.index(str(state))


class Phase(models.Model):
    """From when to when a campaign is in a state. The end is not part of it; database time decides."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="phases", verbose_name=_("评选"))
    kind = models.CharField(_("阶段"), max_length=14, choices=[(one.value, one.label) for one in PHASES])
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))

    class Meta:
        verbose_name = _("阶段")
        verbose_name_plural = _("阶段")
        ordering: ClassVar = ["starts_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "kind"], name="phase_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="phase_ends_after_start",
                violation_error_message=_("结束要在开始之后。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}"

    def holds(self, at: dt.datetime) -> bool:
        """Whether an instant lies in it."""
        return self.starts_at <= at < self.ends_at


class Transition(AppendOnlyModel):
    """That a campaign went from one state to another: by the clock (no user), or by somebody with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(_("从"), max_length=14, choices=CampaignState.choices)
    to_state = models.CharField(_("到"), max_length=14, choices=CampaignState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("原因"), max_length=200, blank=True, db_default="")
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("评选进程")
        verbose_name_plural = _("评选进程")
        indexes: ClassVar = [models.Index(fields=["campaign", "at"], name="transition_order")]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class StreetQuota(models.Model):
    """How many winners a street has, by its number of neighbour leaders; the electorate is set as voting opens."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="quotas")
    street = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("镇街"))
    leaders_count = models.PositiveIntegerField(_("邻长人数"))
    winners_count = models.PositiveIntegerField(_("名额"))
    electorate_count = models.PositiveIntegerField(_("选民人数"), null=True)

    class Meta:
        verbose_name = _("名额")
        verbose_name_plural = _("名额")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "street"], name="street_quota_once"),
        ]

    def __str__(self) -> str:
        return f"{self.street_id} {self.winners_count}"
