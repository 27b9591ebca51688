"""`manage.py demo`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test.utils import override_settings

from events.tasks.models import CheckIn
from foundation.models import AuditEntry
from volunteers.units.models import Level, Unit

pytestmark = pytest.mark.django_db


def test_the_command_loads_once_and_then_changes_nothing(db: None) -> None:
    first, second = StringIO(), StringIO()
    call_command("demo", "--small", "--if-empty", stdout=first)
    assert "周桂兰" in first.getvalue()
    counts = CheckIn.objects.count(), Unit.objects.count(), AuditEntry.objects.count()
    call_command("demo", "--small", "--if-empty", stdout=second)
    assert "/demo/" in second.getvalue()
    assert (CheckIn.objects.count(), Unit.objects.count(), AuditEntry.objects.count()) == counts


def test_the_command_leaves_a_real_district_alone(db: None) -> None:
    Unit.add_root(level=Level.DISTRICT, name="别处")
    call_command("demo", "--small", "--if-empty", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("demo", "--small", stdout=StringIO())
    assert Unit.objects.count() == 1


def test_the_command_refuses_outside_demo_mode(db: None) -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError):
        call_command("demo", "--small", stdout=StringIO())
    assert not Unit.objects.exists()


def test_the_workbook_needs_no_database(tmp_path: Path) -> None:
    out = StringIO()
    call_command("demo", "--small", "--write-roster", str(tmp_path / "small.xlsx"), stdout=out)
    assert (tmp_path / "small.xlsx").stat().st_size > 5_000
    assert "位三长" in out.getvalue()
