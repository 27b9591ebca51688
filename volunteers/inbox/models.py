"""What a person has read."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReadMark(models.Model):
    """Up to which number an account has read one stream. For the account's own dot only: nobody else ever sees it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="read_marks", verbose_name=_("账号")
    )
    stream_key = models.CharField(_("消息流"), max_length=40)
    seq = models.BigIntegerField(_("读到"))

    class Meta:
        verbose_name = _("已读位置")
        verbose_name_plural = _("已读位置")
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "stream_key"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.stream_key}@{self.seq}"
