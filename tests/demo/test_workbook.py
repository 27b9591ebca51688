"""The roster workbook of the sample district, read back with another library."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from config.demo.district import build_district, small_district
from config.demo.workbook import HEADER, write_roster

ON = date(2026, 11, 21)


def test_the_workbook_is_laid_out_as_staff_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster(path, small_district(on=ON))
    sheet = load_workbook(path).worksheets[0]
    assert sheet.title == "青禾街道"
    assert "花名册" in str(sheet["A1"].value)
    assert tuple(cell.value for cell in sheet[2]) == HEADER
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert "A1:V1" in merged
    first_group = next(one for one in merged if one.startswith("H3:"))
    assert sheet["H4"].value is None
    assert first_group != "H3:H3"
    assert sheet.cell(sheet.max_row, 1).value == "合计"


def test_the_whole_workbook_holds_every_neighbourhood(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    totals = write_roster(path, build_district(on=ON))
    book = CalamineWorkbook.from_path(str(path))
    assert len(book.sheet_names) == 14
    at = HEADER.index("户数")
    lines = households = claimed = 0
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()[2:]
        lines += len(rows) - 1
        households += sum(int(float(str(row[at]))) for row in rows[:-1])
        claimed += int(float(str(rows[-1][at])))
    assert (lines, households, claimed) == (totals["neighbourhoods"], totals["households"], totals["households"])
