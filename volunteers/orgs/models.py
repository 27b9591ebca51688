"""Departments of the district and the officers who answer for them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Department(models.Model):
    """An office of the district, such as housing or urban management."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")

    def __str__(self) -> str:
        return self.name


class DepartmentOfficer(models.Model):
    """A person who answers for a department."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="officers")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="offices")

    class Meta:
        verbose_name = _("部门人员")
        verbose_name_plural = _("部门人员")
        constraints: ClassVar = [models.UniqueConstraint(fields=["department", "person"], name="officer_once")]

    def __str__(self) -> str:
        return f"{self.department_id} {self.person_id}"
