"""Dated changes of the tree of units, and where a unit lay on a day."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from volunteers.structure.querysets import FormerPlaceQuerySet, StructureChangeQuerySet
from volunteers.units.models import Unit


class Kind(models.TextChoices):
    """What a change does."""

    SPLIT = "split", _("拆分")
    MERGE = "merge", _("合并")
    MOVE = "move", _("划转")
    RENAME = "rename", _("更名")


class ChangeState(models.TextChoices):
    """draft → consulted → approved → in force on a date; before that it may be withdrawn. Undone only by a new one."""

    DRAFT = "draft", _("草案")
    CONSULTED = "consulted", _("已征求意见")
    APPROVED = "approved", _("已批准")
    IN_FORCE = "in_force", _("已生效")
    WITHDRAWN = "withdrawn", _("已撤回")


def _account(verb: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=verb
    )


class StructureChange(models.Model):
    """One change from its draft to the midnight it holds from.

    `unit` is what it is about; `scope` the lowest unit that contains everything it touches. `plan` holds uids as
    texts: rename {name}; move {units, to}; split {sides: [{name, households, leader}], members: {uid: side}};
    merge {units, into | name}, with `into` in any case once it is in force; and, by name of a contributor
    (`touches`), {uid: side}, such as `buildings`.
    """

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="structure_changes", verbose_name=_("调整的单位")
    )
    scope = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("涉及范围"))
    in_force_on = models.DateField(_("生效日期"))
    state = models.CharField(_("状态"), max_length=10, choices=ChangeState.choices, default=ChangeState.DRAFT)
    why = models.CharField(_("为什么调整"), max_length=300)
    plan = models.JSONField(_("方案"), default=dict)
    fingerprint = models.CharField(max_length=64, editable=False)
    picture = models.JSONField(_("前后对照"), default=dict, editable=False)
    drafted_by = _account(_("起草人"))
    drafted_at = models.DateTimeField(_("起草时间"))
    consultation = models.TextField(_("征求意见情况"), max_length=1000, blank=True, db_default="")
    consulted_at = models.DateTimeField(_("征求意见时间"), null=True, blank=True)
    approved_by = _account(_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    entered_at = models.DateTimeField(_("生效时间"), null=True, blank=True)
    withdrawn_by = _account(_("撤回人"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("撤回原因"), max_length=200, blank=True, db_default="")
    problem = models.CharField(_("没有生效的原因"), max_length=300, blank=True, db_default="")

    objects = StructureChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("结构调整")
        verbose_name_plural = _("结构调整")
        indexes: ClassVar = [
            models.Index(fields=["state", "in_force_on"], name="structure_state_day"),
            models.Index(fields=["unit", "-in_force_on"], name="structure_unit_day"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="structure_kind_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "in_force"]) | Q(approved_at__isnull=False),
                name="structure_approved_at",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(drafted_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="structure_second_person",
                violation_error_message=_("起草的人不能自己批准，请另一位同事来批。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.unit_id} {self.in_force_on}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be withdrawn: neither in force nor withdrawn."""
        return self.state in {ChangeState.DRAFT, ChangeState.CONSULTED, ChangeState.APPROVED}

    @property
    def is_editable(self) -> bool:
        """Whether the draft may still be changed."""
        return self.state in {ChangeState.DRAFT, ChangeState.CONSULTED}

    def sides_of(self, name: str) -> dict[str, int]:
        """On which side a split puts the things of a contributor, such as `buildings`: uid → side, 0 stays."""
        found: dict[str, int] = self.plan.get(name) or {}
        return found


class FormerPlace(models.Model):
    """What a unit was until a day, that day included: where it lay, what it was called, how many households it had.

    The place on a day is the row with the first `until` on or after it, and the unit itself when there is none.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="former_places", verbose_name=_("单位"))
    path = models.CharField(_("位置"), max_length=255)
    name = models.CharField(_("名称"), max_length=60)
    households_declared = models.PositiveIntegerField(_("登记户数"), db_default=0)
    until = models.DateField(_("到哪一天"))
    change = models.ForeignKey(
        StructureChange, on_delete=models.PROTECT, null=True, related_name="former_places", verbose_name=_("结构调整")
    )

    objects = FormerPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("原来的位置")
        verbose_name_plural = _("原来的位置")
        indexes: ClassVar = [models.Index(fields=["until", "path"], name="former_until_path")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "until"], name="former_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.path} {self.until}"
