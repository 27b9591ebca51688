"""Departments with their officers, and the Party's organisations: a second tree, linked to the territory by date."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from foundation import clock
from foundation.pinyin import sounds
from volunteers.orgs.querysets import DepartmentQuerySet, OfficerQuerySet, PartyLinkQuerySet, PartyOrgManager
from volunteers.units.models import Level, Unit


class Department(models.Model):
    """An office of the district, such as housing or urban management."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    pinyin = models.CharField(_("拼音"), max_length=240, blank=True, db_default="", editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_default="", editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, db_default="", editable=False)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep how the name sounds beside the name."""
        self.pinyin, self.initials = sounds(self.name)
        super().save(*args, **kwargs)


class DepartmentOfficer(models.Model):
    """A person answers for a department from a day to a day; what comes with it ends at midnight of the last day."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="officers")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="offices")
    starts_on = models.DateField(_("开始日期"), default=clock.today)
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)

    objects = OfficerQuerySet.as_manager()

    class Meta:
        verbose_name = _("部门人员")
        verbose_name_plural = _("部门人员")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["department", "person"], condition=Q(ends_on__isnull=True), name="officer_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="officer_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.person_id}"


class PartyLevel(models.TextChoices):
    """Levels of the Party's organisations, from the top down."""

    COMMITTEE = "committee", _("党(工)委")
    GENERAL_BRANCH = "general_branch", _("党总支")
    BRANCH = "branch", _("党支部")
    PARTY_GROUP = "party_group", _("党小组")


PARTY_LEVELS: tuple[PartyLevel, ...] = tuple(PartyLevel)
"""From the highest down; the place in here is the rank."""

SHOULD_HAVE: dict[Level, PartyLevel] = {
    Level.STREET: PartyLevel.COMMITTEE,
    Level.COMMUNITY: PartyLevel.GENERAL_BRANCH,
    Level.AREA: PartyLevel.BRANCH,
    Level.GROUP: PartyLevel.PARTY_GROUP,
}
"""应建尽建, a sample: which units should have an organisation, and of which level at least."""

BUILD_FROM = 3
"""From so many party members on a place can have an organisation of its own; with fewer, a joint one."""

PARTY_MEMBER = "中共党员"
"""What a roster writes as political status of a member; candidates (预备) do not count towards founding a branch."""


class PartyOrg(MP_Node):
    """An organisation of the Party. `unit` is where it sits and who keeps it; its links say which units it covers."""

    steplen = 4

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    level = models.CharField(_("层级"), max_length=20, choices=PartyLevel.choices)
    name = models.CharField(_("名称"), max_length=60)
    pinyin = models.CharField(_("拼音"), max_length=240, blank=True, db_default="", editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_default="", editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="party_seats", verbose_name=_("设在哪里"))
    starts_on = models.DateField(_("成立日期"))
    ends_on = models.DateField(_("撤销日期"), null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, db_default="", editable=False)

    objects = PartyOrgManager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("党组织")
        verbose_name_plural = _("党组织")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__in=PartyLevel.values), name="party_level_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="party_org_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep how the name sounds beside the name."""
        self.pinyin, self.initials = sounds(self.name)
        super().save(*args, **kwargs)

    @property
    def rank(self) -> int:
        """0 for a committee, 3 for a group."""
        return PARTY_LEVELS.index(PartyLevel(self.level))


class PartyLink(models.Model):
    """A party organisation covers a unit from a day to a day; a joint one covers several."""

    org = models.ForeignKey(PartyOrg, on_delete=models.PROTECT, related_name="links", verbose_name=_("党组织"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="party_links", verbose_name=_("单位"))
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)

    objects = PartyLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("党组织覆盖")
        verbose_name_plural = _("党组织覆盖")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "unit"], condition=Q(ends_on__isnull=True), name="party_link_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="party_link_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.org_id} {self.unit_id}"
