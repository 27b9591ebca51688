"""Read an uploaded workbook safely: values, merged ranges, formulas, hidden rows and sheets. No Django here.

Dates come as (year, month, day), since that is all a roster means by them.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from volunteers.roster.scan import MAX_FILE_BYTES, UnsafeWorkbook

WALL_SECONDS = 20
ROOT = Path(__file__).resolve().parents[2]

Cell = str | float | bool | tuple[int, int, int] | None


@dataclass(slots=True)
class Sheet:
    """One sheet as read. `rows[0]` is Excel's row 1; merged ranges are (top, left, bottom, right) counted from 1."""

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]]
    formulas: set[tuple[int, int]]
    hidden_rows: list[int]
    hidden_columns: list[int]
    is_hidden: bool
    declared_rows: int | None

    @property
    def read_rows(self) -> int:
        """How many rows were really there, whatever the file declares."""
        return len(self.rows)


@dataclass(slots=True)
class Workbook:
    """All sheets, in the file's order."""

    sheets: list[Sheet]
    is_1904: bool = False


def read_workbook(content: bytes) -> Workbook:
    """Read the workbook in a limited process. Raises UnsafeWorkbook with a message for the user."""
    if len(content) > MAX_FILE_BYTES:
        raise UnsafeWorkbook("文件超过 5 MB。请删去图片或按镇街拆开上传。")
    try:
        done = subprocess.run(
            [sys.executable, "-E", "-s", "-m", "volunteers.roster.reader"],
            input=content,
            capture_output=True,
            timeout=WALL_SECONDS,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnsafeWorkbook("读取超过 20 秒，已停止。请删去多余内容，或按镇街拆开上传。") from error
    if done.returncode != 0:
        raise UnsafeWorkbook("文件的内容超出了读取所允许的内存或时间，已停止。请用 Excel 或 WPS 重新保存后再上传。")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise UnsafeWorkbook(answer["refused"])
    return Workbook([_sheet(sheet) for sheet in answer["sheets"]], answer["is_1904"])


def _sheet(data: dict) -> Sheet:
    for row in data["rows"]:
        for index, value in enumerate(row):
            if value.__class__ is list:
                row[index] = tuple(value)
    return Sheet(
        name=data["name"],
        rows=data["rows"],
        merged=[tuple(box) for box in data["merged"]],
        formulas={tuple(place) for place in data["formulas"]},
        hidden_rows=data["hidden_rows"],
        hidden_columns=data["hidden_columns"],
        is_hidden=data["is_hidden"],
        declared_rows=data["declared_rows"],
    )
