"""One upload of a roster, from its preview to its undo."""

from __future__ import annotations

import json
import uuid
import zlib
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation import secrets
from volunteers.roster.querysets import ImportBatchQuerySet


class ImportBatch(models.Model):
    """A roster file and what became of it. Refused rows are kept without names or numbers, the journal sealed."""

    class State(models.TextChoices):
        """previewed → committed → undone; previewed → dropped."""

        PREVIEWED = "previewed", _("待确认")
        COMMITTED = "committed", _("已导入")
        UNDONE = "undone", _("已撤销")
        DROPPED = "dropped", _("已放弃")

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(_("文件指纹"), max_length=64)
    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    acting_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    took_good_rows = models.BooleanField(_("只导入无误的行"), db_default=False)
    totals = models.JSONField(_("合计"))
    counts = models.JSONField(_("各类行数"))
    changes = models.JSONField(_("变动数"))
    rows_written = models.PositiveIntegerField(_("写入行数"), db_default=0)
    scope_path = models.CharField(_("范围"), max_length=255, db_default="")
    report_packed = models.BinaryField(default=bytes)
    journal_sealed = models.TextField(db_default="")
    created_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    committed_at = models.DateTimeField(_("导入时间"), null=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("花名册导入")
        verbose_name_plural = _("花名册导入")
        indexes: ClassVar = [models.Index(fields=["state", "created_at"], name="roster_batch_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["previewed", "committed", "undone", "dropped"]),
                name="roster_batch_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="committed") | models.Q(committed_at__isnull=False),
                name="roster_batch_committed_at",
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
        """Whether its rows are in force."""
        return self.state == self.State.COMMITTED

    def set_report(self, report: dict[str, Any]) -> None:
        """Keep the report, packed; a big roster's has 13,752 rows."""
        self.report_packed = zlib.compress(json.dumps(report, ensure_ascii=False).encode())

    @property
    def report(self) -> dict[str, Any]:
        """The report as it was shown."""
        return json.loads(zlib.decompress(bytes(self.report_packed))) if self.report_packed else {}

    def set_journal(self, journal: dict[str, Any]) -> None:
        """Keep what an undo needs, sealed: it holds former names."""
        packed = zlib.compress(json.dumps(journal, ensure_ascii=False).encode())
        self.journal_sealed = secrets.encrypt(packed.hex(), aad=f"roster_importbatch|journal|{self.uid}")

    @property
    def journal(self) -> dict[str, Any]:
        """What an undo needs."""
        packed = secrets.decrypt(self.journal_sealed, aad=f"roster_importbatch|journal|{self.uid}")
        return json.loads(zlib.decompress(bytes.fromhex(packed)))
