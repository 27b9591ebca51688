"""The roster workbook as staff keep it: a sheet a street, a merged title, merged areas and groups, a totals line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from config.demo.district import Area, District, Group, Neighbourhood, Street

HEADER = (
    "序号",
    "社区",
    "小区",
    "片区名称",
    "片长姓名",
    "片长电话",
    "片长职务",
    "组名称",
    "组长姓名",
    "组长电话",
    "组长政治面貌",
    "邻名称",
    "楼栋单元",
    "户数",
    "邻长姓名",
    "性别",
    "出生年月",
    "邻长电话",
    "政治面貌",
    "机关党员干部",
    "工作单位",
    "任职日期",
)
AREA_COLUMNS, GROUP_COLUMNS = range(3, 8), range(8, 12)  # as in Excel, counted from one
HOUSEHOLDS_COLUMN = HEADER.index("户数") + 1
WIDTHS = {"小区": 14, "片长电话": 14, "组长电话": 14, "邻长电话": 14, "楼栋单元": 13, "工作单位": 20, "任职日期": 12}


def write_roster(path: Path | str, district: District) -> dict[str, int]:
    """Write the district's roster to that file and return its totals. About 13,800 lines in some seconds."""
    book = Workbook(write_only=True)
    for street in district.streets:
        _write_sheet(book, street)
    book.save(path)
    return district.totals()


def _write_sheet(book: Workbook, street: Street) -> None:
    sheet: Any = book.create_sheet(street.name)
    for index, word in enumerate(HEADER, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = WIDTHS.get(word, 10)
    sheet.freeze_panes = "A3"
    title = WriteOnlyCell(sheet, value=f"{street.name}片长、组长、邻长花名册")
    title.font, title.alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    sheet.append([title])
    sheet.merged_cells.add(f"A1:{get_column_letter(len(HEADER))}1")
    bold = Font(bold=True)
    header = [WriteOnlyCell(sheet, value=word) for word in HEADER]
    for cell in header:
        cell.font = bold
    sheet.append(header)
    row, households = 3, 0
    for community in street.communities:
        for area in community.areas:
            top = row
            for group in area.groups:
                for index, one in enumerate(group.neighbourhoods):
                    first_of_area = area if row == top else None
                    first_of_group = group if index == 0 else None
                    sheet.append(_line(row - 2, community.name, first_of_area, first_of_group, one))
                    households += one.households
                    row += 1
                _merge(sheet, GROUP_COLUMNS, row - len(group.neighbourhoods), row - 1)
            _merge(sheet, AREA_COLUMNS, top, row - 1)
    total = [None] * (HOUSEHOLDS_COLUMN - 2)
    sheet.append(["合计", *total, households])


def _line(serial: int, community: str, area: Area | None, group: Group | None, one: Neighbourhood) -> list[Any]:
    """One neighbourhood; area and group only where their merged cells begin."""
    above: list[Any] = [None] * (len(AREA_COLUMNS) + len(GROUP_COLUMNS))
    if area:
        above[0:5] = [area.estate, area.name, area.leader.name, area.leader.phone, area.leader.post_title]
    if group:
        above[5:9] = [group.name, group.leader.name, group.leader.phone, group.leader.political_status]
    head = one.leader
    return [
        serial,
        community,
        *above,
        one.name,
        one.place,
        one.households,
        head.name,
        head.gender,
        head.born_on.strftime("%Y.%m"),
        head.phone,
        head.political_status,
        "是" if head.is_cadre else "否",
        head.employer or None,
        head.since,
    ]


def _merge(sheet: Any, columns: Iterable[int], top: int, bottom: int) -> None:
    if bottom > top:
        for column in columns:
            # Straight into the set: `add` compares with every range there is, and these never overlap.
            box = CellRange(min_col=column, max_col=column, min_row=top, max_row=bottom)
            sheet.merged_cells.ranges.add(box)
