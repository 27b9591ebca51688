"""Read an uploaded workbook safely: values, merged ranges, formulas, hidden rows and sheets. No Django here.

Dates come as (year, month, day), since that is all a roster means by them.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from volunteers.roster.scan import MAX_FILE_BYTES, UnsafeWorkbook

WALL_SECONDS = 20
PIPE_BYTES = 1024 * 1024
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
    is_1904: bool
    declared_rows: int | None

    @property
    def read_rows(self) -> int:
        """How many rows were really there, whatever the file declares."""
        return len(self.rows)


def read_sheets(content: bytes) -> Iterator[Sheet]:
    """The sheets in the file's order, read in a limited process while the caller works on those before.

    Raises UnsafeWorkbook with a message for the user, at the first sheet if anything is wrong with the file as a whole.
    """
    if len(content) > MAX_FILE_BYTES:
        raise UnsafeWorkbook("文件超过 5 MB。请删去图片或按镇街拆开上传。")
    process = subprocess.Popen(  # our own interpreter and module, nothing of the user's on the command line
        [sys.executable, "-E", "-s", "-m", "volunteers.roster.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1"},
        pipesize=PIPE_BYTES,  # room for some sheets, so that the reader goes on while we judge
    )
    assert process.stdin is not None
    assert process.stdout is not None
    alarm = threading.Timer(WALL_SECONDS, process.kill)
    alarm.start()
    try:
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(content)
        yield from _sheets_in(process.stdout)
    finally:
        alarm.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def _sheets_in(answers: IO[bytes]) -> Iterator[Sheet]:
    for line in answers:
        answer = json.loads(line)
        if "refused" in answer:
            raise UnsafeWorkbook(answer["refused"])
        if "end" in answer:
            return
        yield _sheet(answer)
    raise UnsafeWorkbook("文件的内容超出了读取所允许的内存或时间，已停止。请用 Excel 或 WPS 重新保存后再上传。")


def _sheet(data: dict[str, Any]) -> Sheet:
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
        is_1904=data["is_1904"],
        declared_rows=data["declared_rows"],
    )
