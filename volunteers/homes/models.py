"""Residents and the neighbourhood they belong to."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from volunteers.units.models import Unit


class Resident(models.Model):
    """A person who lives in a neighbourhood; confirmed by the leader or staff."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="resident")
    neighbourhood = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="residents")
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("居民")
        verbose_name_plural = _("居民")

    def __str__(self) -> str:
        return f"{self.person_id}"
