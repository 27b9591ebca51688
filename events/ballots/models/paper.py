"""Ballots on paper, and a counter where staff help without seeing.

The mark on a paper ballot is drawn by the voter from a pile and belongs to nobody: who was handed a ballot is kept on
the roll, which mark it carried is not.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.ballots.models.box import BallotBox, Envelope, RollEntry
from events.ballots.querysets import PaperBallotQuerySet, PaperIssueQuerySet, PaperRunQuerySet


class PaperRun(models.Model):
    """A pile of ballots printed for one community."""

    uid = models.UUIDField(_("编号"), primary_key=True)
    box = models.ForeignKey(BallotBox, on_delete=models.PROTECT, related_name="paper_runs")
    community = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("社区"))
    count = models.PositiveSmallIntegerField(_("几张"))
    printed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField(_("印制时间"))

    objects = PaperRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("纸质选票一批")
        verbose_name_plural = _("纸质选票批次")

    def __str__(self) -> str:
        return f"{self.community_id} {self.count}"


class PaperBallot(models.Model):
    """One printed ballot with a single-use mark, stored as a keyed digest only."""

    class State(models.TextChoices):
        """printed → keyed (once) → sealed | invalid; keyed twice differently → mismatch → sealed | invalid;
        printed → spoilt, never used; keyed | mismatch → aside, by two people: lost, or one more than went out.
        """

        PRINTED = "printed", _("已印")
        KEYED = "keyed", _("录了一遍")
        MISMATCH = "mismatch", _("两遍不一样")
        SEALED = "sealed", _("已入箱")
        INVALID = "invalid", _("废票")
        SPOILT = "spoilt", _("没用，作废")
        ASIDE = "aside", _("另外收好，不算")

    run = models.ForeignKey(PaperRun, on_delete=models.PROTECT, related_name="ballots")
    mark_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.PRINTED)
    reason = models.CharField(_("说明"), max_length=200, blank=True, db_default="")
    envelope = models.OneToOneField(Envelope, on_delete=models.SET_NULL, null=True, related_name="paper")
    is_returned = models.BooleanField(_("领票人交回"), default=False, db_default=False)
    # Of an invalid ballot only: what lies in the box shall not be found out by trying readings.
    last_uid = models.UUIDField(null=True, unique=True, editable=False)
    last_fingerprint = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    aside_asked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("谁提议另外收好")
    )
    aside_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("谁同意另外收好")
    )

    objects = PaperBallotQuerySet.as_manager()

    class Meta:
        verbose_name = _("纸质选票")
        verbose_name_plural = _("纸质选票")
        indexes: ClassVar = [
            models.Index(fields=["run", "state"], name="paper_ballot_state"),
            models.Index(fields=["run"], name="paper_ballot_mismatch", condition=Q(state="mismatch")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="aside")
                | (Q(aside_asked_by__isnull=False, aside_by__isnull=False) & ~Q(aside_by=F("aside_asked_by"))),
                name="paper_aside_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.state}"

    @property
    def is_half_keyed(self) -> bool:
        """Whether it was read, but not yet alike by two people."""
        return self.state in {self.State.KEYED, self.State.MISMATCH}


class PaperKeying(models.Model):
    """What one clerk read on a paper ballot, sealed at rest and deleted as soon as the ballot lies in the box."""

    uid = models.UUIDField(_("编号"), primary_key=True)
    ballot = models.ForeignKey(PaperBallot, on_delete=models.CASCADE, related_name="keyings", db_index=False)
    clerk = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("录入人"))
    choices_sealed = models.CharField(_("录入内容（加密）"), max_length=400)
    keyed_at = models.DateTimeField(_("录入时间"))
    fingerprint = models.CharField(max_length=64, db_default="", editable=False)

    class Meta:
        verbose_name = _("录票")
        verbose_name_plural = _("录票")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ballot", "clerk"],
                name="paper_keyed_once_by_each",
                violation_error_message=_("您已经录过这张票，第二遍要另一位同事来录。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ballot_id}"


class PaperIssue(models.Model):
    """A paper ballot handed to a voter of the roll, or to somebody named who carries it to them and back.

    One at a time is out for a voter; who brought it back unused may be handed another.
    """

    uid = models.UUIDField(_("编号"), primary_key=True)
    entry = models.ForeignKey(RollEntry, on_delete=models.PROTECT, related_name="paper_issues")
    community = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("社区"))
    carrier = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("带票人")
    )
    issued_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("发出时间"))
    returned_at = models.DateTimeField(_("没有用，交回"), null=True)
    fingerprint = models.CharField(max_length=64, db_default="", editable=False)

    objects = PaperIssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("发票登记")
        verbose_name_plural = _("发票登记")
        indexes: ClassVar = [models.Index(fields=["community"], name="paper_issue_community")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(returned_at__isnull=True), name="paper_issue_one_out"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}"


class CounterPass(models.Model):
    """Lets one voter, looked up by staff, vote on the screen at the counter: fifteen minutes, once."""

    uid = models.UUIDField(_("编号"), primary_key=True, default=uuid.uuid4)
    entry = models.ForeignKey(RollEntry, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("社区"))
    code_digest = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("发出时间"))
    expires_at = models.DateTimeField(_("有效到"))
    used_at = models.DateTimeField(_("用过"), null=True)

    class Meta:
        verbose_name = _("窗口投票凭条")
        verbose_name_plural = _("窗口投票凭条")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="counter_pass_times"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}"
