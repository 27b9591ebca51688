"""Leader, task, check-in, ledger line and balance, each a row of its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Leader(models.Model):
    """Who checks in."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    place = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.place


class Task(models.Model):
    """What is asked."""

    title = models.CharField(max_length=80)
    asked_by = models.ForeignKey(Leader, on_delete=models.CASCADE)
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class CheckIn(models.Model):
    """Done."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE)
    leader = models.ForeignKey(Leader, on_delete=models.CASCADE)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        unique_together = [("task", "leader")]

    def __str__(self) -> str:
        return f"{self.task_id}"


class Line(models.Model):
    """Points given."""

    leader = models.ForeignKey(Leader, on_delete=models.CASCADE)
    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE)
    points = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.points}"


class Balance(models.Model):
    """Points held."""

    leader = models.OneToOneField(Leader, on_delete=models.CASCADE)
    points = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.points}"
