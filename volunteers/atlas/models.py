"""Outlines of units on the map, and the files they came from."""

from __future__ import annotations

import json
import uuid
import zlib
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from volunteers.atlas.querysets import OutlineImportQuerySet, OutlineQuerySet
from volunteers.units.models import Unit


def packed(value: Any) -> bytes:
    """Anything that JSON can say, small: outlines are many digits."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def unpacked(content: bytes | memoryview) -> Any:
    """What was packed; None when nothing was."""
    return json.loads(zlib.decompress(bytes(content))) if content else None


class Crs(models.TextChoices):
    """The systems of coordinates that a file may be in."""

    WGS84 = "wgs84", _("WGS-84 或 CGCS2000（测绘成果、天地图）")
    GCJ02 = "gcj02", _("GCJ-02（高德、腾讯地图上描出来的）")


class Outline(models.Model):
    """Where a unit lies: a Polygon or MultiPolygon of GeoJSON in WGS-84. Most belong to communities; any unit may."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="outline", verbose_name=_("单位"))
    geometry = models.JSONField(_("边界"))
    bbox = models.JSONField(_("范围"))
    source = models.CharField(_("来源"), max_length=200)
    imported_at = models.DateTimeField(_("导入时间"))

    objects = OutlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("边界")
        verbose_name_plural = _("边界")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.source}"


class OutlineImport(models.Model):
    """One file of outlines: previewed, then confirmed or dropped. What it replaced is kept for an undo."""

    class State(models.TextChoices):
        """previewed → committed → undone; previewed → dropped."""

        PREVIEWED = "previewed", _("待确认")
        COMMITTED = "committed", _("已导入")
        UNDONE = "undone", _("已撤销")
        DROPPED = "dropped", _("已放弃")

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(_("文件名"), max_length=200)
    crs = models.CharField(_("坐标系"), max_length=10, choices=Crs.choices)
    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    acting_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    scope_path = models.CharField(_("范围"), max_length=255, db_default="")
    counts = models.JSONField(_("各类个数"))
    problems = models.JSONField(_("有问题的"), default=list)
    read_packed = models.BinaryField(default=bytes)
    former_packed = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    committed_at = models.DateTimeField(_("导入时间"), null=True)

    objects = OutlineImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("边界导入")
        verbose_name_plural = _("边界导入")
        indexes: ClassVar = [models.Index(fields=["state", "created_at"], name="outline_import_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["previewed", "committed", "undone", "dropped"]), name="outline_import_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody to confirm it."""
        return self.state == self.State.PREVIEWED

    @property
    def is_committed(self) -> bool:
        """Whether its outlines are on the map."""
        return self.state == self.State.COMMITTED

    @property
    def outlines(self) -> dict[str, Any]:
        """What was read and found good: geometry in WGS-84 by key of the unit."""
        return unpacked(self.read_packed) or {}

    @property
    def former(self) -> dict[str, Any]:
        """What stood before, by key of the unit; None where there was no outline."""
        return unpacked(self.former_packed) or {}
