"""Who is put forward, who seconds, who vets, and what is said against."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from events.campaigns.models.campaign import Campaign, CampaignState
from events.campaigns.querysets import NominationQuerySet, NomineeObjectionQuerySet
from foundation.models import AppendOnlyModel


class NominationKind(models.TextChoices):
    """Who put the name forward."""

    RESIDENT = "resident", _("居民提名")
    GROUP_LEADER = "group_leader", _("组长推荐")
    SELF = "self", _("自荐")


class NominationState(models.TextChoices):
    """asked → agreed → candidate; asked → declined | lapsed; agreed → refused | lapsed; any → withdrawn;
    candidate → struck.
    """

    ASKED = "asked", _("等本人同意")
    DECLINED = "declined", _("本人婉拒")
    AGREED = "agreed", _("审核中")
    CANDIDATE = "candidate", _("候选人")
    REFUSED = "refused", _("审核没有通过")
    LAPSED = "lapsed", _("没有走到公示")
    WITHDRAWN = "withdrawn", _("本人退出")
    STRUCK = "struck", _("异议成立，取消")


class Nomination(models.Model):
    """One neighbour leader put forward in a campaign, once, whoever else names them too (they second).

    `seconded_count` counts households. A candidate with an open objection is paused: shown, and not chosen until it is
    decided; who was chosen before it was raised keeps the place until then. `lot` is the number on the paper ballot,
    drawn when the candidates' notice ends. `entered_by` is who wrote it down at a counter for somebody who came there
    (代录).
    """

    uid = models.UUIDField(_("编号"), primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="nominations", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("被提名人"))
    appointment = models.ForeignKey("units.Appointment", on_delete=models.PROTECT, related_name="+")
    neighbourhood = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("邻"))
    street = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("镇街"))
    kind = models.CharField(_("方式"), max_length=12, choices=NominationKind.choices)
    nominated_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("提名人")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("代录人")
    )
    why = models.CharField(_("为什么推荐"), max_length=200)
    story = models.CharField(_("候选人的故事"), max_length=300, blank=True, db_default="")
    state = models.CharField(_("状态"), max_length=10, choices=NominationState.choices, default=NominationState.ASKED)
    seconded_count = models.PositiveIntegerField(_("附议户数"), db_default=0, default=0)
    is_paused = models.BooleanField(_("因异议暂停"), db_default=False, default=False)
    lot = models.PositiveIntegerField(_("票面号"), null=True)
    answer = models.CharField(_("说明"), max_length=200, blank=True, db_default="")
    nominated_at = models.DateTimeField(_("提名时间"), db_default=Now())
    answered_at = models.DateTimeField(_("本人答复时间"), null=True)
    fingerprint = models.CharField(max_length=64, db_default="", editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("提名")
        verbose_name_plural = _("提名")
        indexes: ClassVar = [models.Index(fields=["campaign", "state", "street"], name="nomination_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "person"],
                name="nomination_once",
                violation_error_message=_("这位邻长已经有人提名了，您可以附议。"),
            ),
            models.UniqueConstraint(fields=["campaign", "lot"], name="nomination_lot_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "struck"]) | ~Q(answer=""), name="nomination_ended_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"

    @property
    def is_candidate(self) -> bool:
        """Whether it stands on the ballot."""
        return self.state == NominationState.CANDIDATE

    @property
    def ballot_number(self) -> int | None:
        """The lot, while one can vote: what is published of those not chosen bears numbers, and no names."""
        return self.lot if self.campaign.is_in(CampaignState.VOTING) else None


class Seconding(models.Model):
    """A household stands behind a nomination; one each, whoever of it says so. `entered_by` is who did it for
    somebody without a phone (代录).
    """

    uid = models.UUIDField(_("编号"), primary_key=True)
    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, related_name="secondings", db_index=False)
    household = models.ForeignKey("homes.Household", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("代录人")
    )
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("附议")
        verbose_name_plural = _("附议")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["nomination", "household"],
                name="seconding_household_once",
                violation_error_message=_("您家已经附议过了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nomination_id}"


class VettingLevel(models.TextChoices):
    """Who looks, from below upward; each only after the one before has passed it."""

    AREA = "area", _("片长")
    COMMUNITY = "community", _("社区")
    STREET = "street", _("镇街")
    DISTRICT = "district", _("区")


class Vetting(AppendOnlyModel):
    """What one level decided of a nomination, by whom and why."""

    uid = models.UUIDField(_("编号"), primary_key=True)
    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="vettings", db_index=False)
    level = models.CharField(_("哪一级"), max_length=10, choices=VettingLevel.choices)
    is_passed = models.BooleanField(_("通过"))
    reason = models.CharField(_("理由"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("谁"))
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("审核")
        verbose_name_plural = _("审核")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["nomination", "level"], name="vetting_level_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="vetting_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.is_passed}"


class NomineeObjection(models.Model):
    """Something said against a candidate or a winner during a notice; it pauses this one until it is decided.

    `entered_by` is who wrote it down at a counter for somebody who came there (代录).
    """

    class State(models.TextChoices):
        """open → upheld | dismissed, with a reason and a name."""

        OPEN = "open", _("核实中")
        UPHELD = "upheld", _("成立")
        DISMISSED = "dismissed", _("不成立")

    uid = models.UUIDField(_("编号"), primary_key=True)
    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="objections")
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("代录人")
    )
    words = models.CharField(_("异议内容"), max_length=300)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN, db_default="open")
    raised_at = models.DateTimeField(_("提出时间"), db_default=Now())
    reason = models.CharField(_("处理说明"), max_length=200, blank=True, db_default="")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    fingerprint = models.CharField(max_length=64, db_default="", editable=False)

    objects = NomineeObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("评选异议")
        verbose_name_plural = _("评选异议")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["nomination", "by"], condition=Q(state="open"), name="nominee_objection_one_open_each"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(reason="") & Q(decided_by__isnull=False)),
                name="nominee_objection_decided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.state}"
