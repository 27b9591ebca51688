"""Rows that every layer writes: the audit trail, the outbox, the streams."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AppendOnlyModel(models.Model):
    """A table whose rows never change; triggers below Python refuse UPDATE and DELETE (see `append_only`)."""

    class Meta:
        abstract = True


class AuditEntry(AppendOnlyModel):
    """One thing that somebody did: who, as what, where, to which object, with what result. No personal values."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("时间"), db_default=Now())
    actor_id = models.BigIntegerField(_("账号"), null=True)
    act = models.CharField(_("动作"), max_length=60)
    object_type = models.CharField(_("对象类型"), max_length=60)
    object_id = models.CharField(_("对象"), max_length=60)
    unit_id = models.BigIntegerField(_("单位"), null=True)
    result = models.CharField(_("结果"), max_length=20, db_default="ok")
    reason = models.CharField(_("理由"), max_length=300, db_default="")
    request_id = models.CharField(_("请求编号"), max_length=36, db_default="")
    address = models.CharField(_("网络地址"), max_length=45, db_default="")
    data = models.JSONField(_("说明"), db_default={})

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        indexes: ClassVar = [
            models.Index(fields=["unit_id", "-at"], name="audit_unit_at"),
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["actor_id", "-at"], name="audit_actor_at"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.object_type} {self.object_id}"


class AuditSeal(AppendOnlyModel):
    """One link of the chain over the audit trail: a batch of entries that were committed, and what they hash to.

    `marks` holds eight bytes of the hash of each entry, in the order of the ids, by which the first bad one is named;
    `root` binds all of it to the seal before.
    """

    seq = models.BigIntegerField(_("序号"), primary_key=True)
    first_id = models.BigIntegerField(_("从"))
    last_id = models.BigIntegerField(_("到"))
    count = models.PositiveIntegerField(_("条数"))
    marks = models.BinaryField()
    root = models.CharField(_("指纹"), max_length=64)
    previous = models.CharField(_("上一个指纹"), max_length=64)
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("审计封条")
        verbose_name_plural = _("审计封条")
        indexes: ClassVar = [models.Index(fields=["at"], name="audit_seal_at")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["previous"], name="audit_seal_one_successor"),
            models.CheckConstraint(condition=models.Q(last_id__gte=models.F("first_id")), name="audit_seal_span"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.root[:12]}"


class OutboxMessage(models.Model):
    """Something that must happen after a commit. Written in the same transaction, deleted when done."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(db_default=0)
    not_before = models.DateTimeField(null=True)
    error = models.TextField(db_default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["topic", "id"], name="outbox_topic")]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"


class Stream(models.Model):
    """The counter of one stream. Taken under the row's lock, so order inside a stream is the order of commits."""

    key = models.CharField(primary_key=True, max_length=40)
    head = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.key}@{self.head}"


class Notification(models.Model):
    """One entry of a stream: what reaches everybody of a unit (by role), or one person."""

    id = models.BigAutoField(primary_key=True)
    stream_key = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    roles = models.JSONField(default=list)
    payload = models.JSONField()
    ref = models.CharField(max_length=60, db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["stream_key", "seq"], name="notification_stream_seq")]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="notification_created")]

    def __str__(self) -> str:
        return f"{self.stream_key}:{self.seq} {self.kind}"
