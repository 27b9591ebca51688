"""The tree of units and the dated holding of roles in it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from foundation.pinyin import sounds
from volunteers.units.querysets import STEP, AppointmentQuerySet, UnitManager, prefixes


class Level(models.TextChoices):
    """Levels of the tree, from the top down."""

    DISTRICT = "district", _("区")
    STREET = "street", _("镇街")
    COMMUNITY = "community", _("社区")
    AREA = "area", _("片")
    GROUP = "group", _("组")
    NEIGHBOURHOOD = "neighbourhood", _("邻")


LEVELS: tuple[Level, ...] = tuple(Level)
"""Depth of a level in the tree = its index here + 1."""


class Role(models.TextChoices):
    """What somebody is appointed to in a unit."""

    AREA_LEADER = "area_leader", _("片长")
    GROUP_LEADER = "group_leader", _("组长")
    NEIGHBOUR_LEADER = "neighbour_leader", _("邻长")
    COMMUNITY_WORKER = "community_worker", _("社区工作人员")
    STREET_CLERK = "street_clerk", _("镇街工作人员")
    DISTRICT_CLERK = "district_clerk", _("区级工作人员")


THREE_HEADS: tuple[Role, ...] = (Role.AREA_LEADER, Role.GROUP_LEADER, Role.NEIGHBOUR_LEADER)
STAFF: tuple[Role, ...] = (Role.COMMUNITY_WORKER, Role.STREET_CLERK, Role.DISTRICT_CLERK)
LEVEL_OF_ROLE: dict[Role, Level] = {
    Role.AREA_LEADER: Level.AREA,
    Role.GROUP_LEADER: Level.GROUP,
    Role.NEIGHBOUR_LEADER: Level.NEIGHBOURHOOD,
    Role.COMMUNITY_WORKER: Level.COMMUNITY,
    Role.STREET_CLERK: Level.STREET,
    Role.DISTRICT_CLERK: Level.DISTRICT,
}


class Unit(MP_Node):
    """A node of the district's tree. `path` has four characters a level, so a prefix of it is an ancestor."""

    steplen = STEP

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    level = models.CharField(_("层级"), max_length=20, choices=Level.choices)
    name = models.CharField(_("名称"), max_length=60)
    pinyin = models.CharField(_("拼音"), max_length=240, blank=True, db_default="", editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_default="", editable=False)
    place = models.CharField(_("小区楼栋"), max_length=80, blank=True, db_default="")
    households_declared = models.PositiveIntegerField(_("登记户数"), null=True, blank=True)
    starts_on = models.DateField(_("设立日期"), null=True, blank=True)
    ends_on = models.DateField(_("撤销日期"), null=True, blank=True)

    objects = UnitManager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        indexes: ClassVar = [models.Index(fields=["level"], name="unit_level")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(level__in=Level.values),
                name="unit_level_known",
                violation_error_message=_("没有这个层级。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep how the name sounds beside the name."""
        self.pinyin, self.initials = sounds(self.name)
        super().save(*args, **kwargs)

    def ancestor_paths(self) -> list[str]:
        """Paths of this unit and everything above it, from the top down; no query."""
        return prefixes(self.path)

    def path_at(self, level: Level) -> str:
        """Path of the ancestor (or self) at a level; no query."""
        return str(self.path[: self.steplen * (LEVELS.index(level) + 1)])

    @property
    def breadcrumb(self) -> str:
        """Names from the street down to here, for people: 青禾街道 · 桂花社区 · 第2片区."""
        names = Unit.objects.filter(path__in=self.ancestor_paths()[1:]).order_by("path").values_list("name", flat=True)
        return " · ".join(names)


class Appointment(models.Model):
    """A person holds a role in a unit from a day to a day; access ends at midnight of the last day."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="appointments", verbose_name=_("人")
    )
    role = models.CharField(_("职务"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("单位"))
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)
    ended_reason = models.CharField(_("结束原因"), max_length=200, blank=True, db_default="")
    stands_in_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="stand_ins", verbose_name=_("代谁")
    )
    term_ends_on = models.DateField(_("任期到"), null=True, blank=True)
    post_title = models.CharField(_("职务名称"), max_length=40, blank=True, db_default="")
    is_cadre = models.BooleanField(_("机关党员干部"), db_default=False)
    employer = models.CharField(_("工作单位"), max_length=60, blank=True, db_default="")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        indexes: ClassVar = [
            models.Index(fields=["unit", "role"], name="appointment_unit_role"),
            models.Index(fields=["role", "ends_on"], name="appointment_role_end"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "role"],
                condition=Q(ends_on__isnull=True, stands_in_for__isnull=True, role__in=[r.value for r in THREE_HEADS]),
                name="appointment_one_leader",
                violation_error_message=_("这里已经有一位了，请先结束原来的任职。"),
            ),
            models.UniqueConstraint(
                fields=["person", "unit", "role"],
                condition=Q(ends_on__isnull=True),
                name="appointment_once",
                violation_error_message=_("这个人已经在这里任这个职。"),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="appointment_dates",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.unit_id}"

    def is_active(self, on: dt.date) -> bool:
        """Whether the role is held on a day."""
        return self.starts_on <= on and (self.ends_on is None or self.ends_on >= on)
