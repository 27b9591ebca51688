"""The limited process that opens a stranger's workbook: bytes on standard input, lines of JSON on standard output.

Run as `python -m volunteers.roster.reader`. It imports neither Django nor settings, gets an empty environment, and may
use 768 MB, 10 seconds of processor and no file: a workbook that breaks the reader breaks nobody else. A cell is a
text, a number, true/false, null for blank, or [year, month, day].
"""

import contextlib
import datetime as dt
import gc
import io
import json
import sys
from collections.abc import Iterator
from typing import Any

from volunteers.roster.scan import MAX_COLUMNS, SheetFacts, UnsafeWorkbook, scan

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 10


def limit_process() -> None:
    """Give the kernel the right to stop us. A system without these limits (Windows) still has the parent's time-out."""
    with contextlib.suppress(ImportError):
        import resource

        for kind, value in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (value, value))


def read(content: bytes) -> Iterator[dict[str, Any]]:
    """Scan the whole file, then read sheet by sheet. Raises UnsafeWorkbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    facts = scan(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if list(workbook.sheet_names) != [sheet.name for sheet in facts.sheets]:
            raise UnsafeWorkbook("工作表的目录前后不一致。请用 Excel 或 WPS 重新保存后再上传。")
        for sheet in facts.sheets:
            yield {**_sheet(workbook, sheet), "is_1904": facts.is_1904}
    except CalamineError as error:
        raise UnsafeWorkbook("文件打不开，内容可能损坏。请用 Excel 或 WPS 重新保存后再上传。") from error


def _sheet(workbook: Any, facts: SheetFacts) -> dict[str, Any]:
    rows: list[list[Any]] = []
    if facts.last_row:
        rows = workbook.get_sheet_by_name(facts.name).to_python(skip_empty_area=False)
    for row in rows:
        del row[MAX_COLUMNS:]
        for index, value in enumerate(row):
            kind = value.__class__
            if kind is str:
                if not value:
                    row[index] = None
            elif kind is not float and kind is not bool and kind is not int:
                row[index] = _plain(value)
    return {
        "name": facts.name,
        "is_hidden": facts.is_hidden,
        "hidden_rows": facts.hidden_rows,
        "hidden_columns": facts.hidden_columns,
        "formulas": sorted(facts.formulas),
        "merged": facts.merged,
        "declared_rows": facts.declared_rows,
        "rows": rows,
    }


def _plain(value: object) -> object:
    """A date as its three numbers; a time of day or a duration as a date that no rule accepts."""
    if isinstance(value, dt.date):
        return [value.year, value.month, value.day]
    return [0, 0, 0] if isinstance(value, dt.time | dt.timedelta) else str(value)


def main() -> None:
    """Answer a line a sheet, so that the parent judges one while the next is read; the last line says so.

    A refusal is a line of its own; a crash leaves the last line out and is the parent's to explain.
    """
    limit_process()
    gc.disable()
    try:
        for sheet in read(sys.stdin.buffer.read()):
            _say(sheet)
        _say({"end": True})
    except UnsafeWorkbook as refusal:
        _say({"refused": refusal.message})


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
