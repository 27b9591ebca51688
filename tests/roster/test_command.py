"""`manage.py import_roster`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.roster.books import DIRT, dirty, simple
from volunteers.roster.models import ImportBatch
from volunteers.units.models import Unit

pytestmark = pytest.mark.django_db


def run(*words: object) -> str:
    said = io.StringIO()
    call_command("import_roster", *map(str, words), stdout=said)
    return said.getvalue()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(simple())
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "dirty.xlsx"
    path.write_bytes(dirty())
    return path


def test_it_imports_a_good_file_as_the_system(good: Path) -> None:
    said = run(good)
    assert "邻 4" in said
    assert ImportBatch.objects.get().acting_user is None


def test_a_dry_run_reports_and_writes_nothing(bad: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    said = run(bad, "--dry-run", "--report", out)
    report = json.loads(out.read_text())
    assert [row["verdict"] for row in report["rows"]] == [one.verdict for one in DIRT]
    assert "没有写入" in said
    assert "跳过工作表“填表说明”" in said
    assert not Unit.objects.exists()


def test_refused_rows_end_it_with_the_list_and_status_one(bad: Path) -> None:
    said = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_roster", str(bad), stdout=said)
    assert error.value.returncode == 1
    assert "第 8 行：【邻长电话】" in said.getvalue()
    assert not Unit.objects.exists()


def test_good_rows_are_taken_when_asked(bad: Path) -> None:
    run(bad, "--take-good-rows")
    assert ImportBatch.objects.get().took_good_rows


def test_a_file_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with pytest.raises(CommandError, match="读不到文件"):
        run(path)
    path.write_bytes(b"PK nonsense")
    with pytest.raises(CommandError, match="损坏"):
        run(path)
