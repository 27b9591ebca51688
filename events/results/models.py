"""What a campaign comes to, and what was published of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from events.results.querysets import OutcomeQuerySet
from foundation.models import AppendOnlyModel


class Outcome(models.Model):
    """One candidate's result with every number it is made of. Scores in ten-thousandths of a point (0 to 1,000,000).

    `opinion_score` is null where fewer households answered than count; the other two weights then make up the whole.
    Nothing here is ever listed in the order of scores: winners are listed by place and name.
    """

    nomination = models.OneToOneField(
        "campaigns.Nomination", on_delete=models.PROTECT, primary_key=True, related_name="outcome"
    )
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="outcomes")
    ballots_count = models.PositiveIntegerField(_("得票"))
    electorate_count = models.PositiveIntegerField(_("本镇街选民"))
    ballot_score = models.PositiveIntegerField(_("居民投票分"))
    opinion_count = models.PositiveIntegerField(_("答了几户"))
    opinion_steps = models.PositiveIntegerField(_("各档加起来"), db_default=0, default=0)
    opinion_score = models.PositiveIntegerField(_("联系户分"), null=True)
    marks_count = models.PositiveSmallIntegerField(_("计入几个评分"))
    panel_score = models.PositiveIntegerField(_("评审分"))
    score = models.PositiveIntegerField(_("总分"))
    is_winner = models.BooleanField(_("入选"))

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("评选结果")
        verbose_name_plural = _("评选结果")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__lte=1_000_000), name="outcome_score_at_most_hundred"),
        ]

    def __str__(self) -> str:
        return f"{self.nomination_id}"


class Publication(AppendOnlyModel):
    """That the files of a campaign were written: the fingerprint that stands in the public notice.

    A later edition exists only where an objection of the winners' notice changed who is chosen; its files name the
    fingerprint of the one before. `files` holds the SHA-256 of each file of the edition.
    """

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="publications")
    edition = models.PositiveSmallIntegerField(_("第几版"))
    fingerprint = models.CharField(_("公布文件的指纹"), max_length=64, unique=True)
    files = models.JSONField(_("各个文件的指纹"))
    at = models.DateTimeField(_("公布时间"), db_default=Now())

    class Meta:
        verbose_name = _("公布")
        verbose_name_plural = _("公布")
        ordering: ClassVar = ["campaign", "edition"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "edition"], name="publication_edition_once"),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:12]
