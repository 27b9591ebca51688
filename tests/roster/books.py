"""Workbooks for the tests, made anew each time: tidy ones, dirty ones, hostile ones."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook

TODAY = dt.date(2026, 6, 1)
HEADER = (
    "序号 社区 小区 片区名称 片长姓名 片长电话 片长职务 组名称 组长姓名 组长电话 组长政治面貌 "
    "邻名称 楼栋单元 户数 邻长姓名 性别 出生年月 邻长电话 政治面貌 机关党员干部 工作单位 任职日期"
).split()
SINCE = dt.date(2024, 3, 1)


@dataclass
class Line:
    """One line of a roster and what should become of it."""

    changes: dict[str, Any] = field(default_factory=dict)
    verdict: str = "ok"
    columns: list[str] = field(default_factory=list)
    why: str = ""


def line(number: int, **changes: Any) -> dict[str, Any]:
    """An ordinary line; numbers and names follow from its place."""
    return {
        "序号": number,
        "社区": "银杏社区",
        "小区": "锦绣家园",
        "片区名称": "第1片区",
        "片长姓名": "何建国",
        "片长电话": "15411110001",
        "片长职务": "社区委员",
        "组名称": "第1组",
        "组长姓名": "罗淑珍",
        "组长电话": "15411110002",
        "组长政治面貌": "中共党员",
        "邻名称": f"1-1-{number}邻",
        "楼栋单元": f"{number}栋1单元",
        "户数": 10,
        "邻长姓名": "王" + "丽敏静娟艳芳桂淑玉素"[number // 10 % 10] + "华英梅兰珍琴云霞萍洁"[number % 10],
        "性别": "女",
        "出生年月": "1970.05",
        "邻长电话": f"1542222{number:04d}",
        "政治面貌": "群众",
        "机关党员干部": "否",
        "工作单位": None,
        "任职日期": SINCE,
        **changes,
    }


def book(
    sheets: Mapping[str, Iterable[Mapping[str, Any]]],
    *,
    header: Iterable[str] = HEADER,
    title: bool = True,
    finish: Callable[[Workbook], None] | None = None,
) -> bytes:
    """A workbook with a title, a header and these lines a sheet."""
    made = Workbook()
    made.remove(made.active)
    names = list(header)
    for name, lines in sheets.items():
        sheet = made.create_sheet(name)
        if title:
            sheet.append([f"{name}片组邻三长信息台账"])
            sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(names))
        sheet.append(names)
        for one in lines:
            sheet.append([one.get(column) for column in names])
    if finish:
        finish(made)
    return saved(made)


def saved(made: Workbook) -> bytes:
    """The workbook as bytes."""
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def simple(street: str = "明月镇", count: int = 4, **changes: Any) -> bytes:
    """A small tidy roster of one group."""
    return book({street: [line(n, **changes) for n in range(1, count + 1)]})


DIRT = [
    Line(why="an ordinary row"),
    Line({"邻长电话": "154 3333 0002"}, why="spaces in a phone number"),
    Line({"邻长电话": "+86-154-3333-0003"}, why="country code and dashes"),
    Line({"邻长电话": 15433330004.0}, why="a phone number stored as a float"),
    Line({"邻长电话": "１５４３３３３０００５"}, why="full-width digits"),
    Line({"邻长电话": "1543333000"}, "error", ["邻长电话"], "ten digits"),
    Line({"邻长电话": "0000-8881234"}, "error", ["邻长电话"], "a landline"),
    Line({"邻长姓名": "罗淑珍", "邻长电话": "15411110002"}, why="the group leader leads this neighbourhood too"),
    Line({"邻长姓名": "彭文斌", "邻长电话": "15433330009"}, "error", ["邻长电话"], "one number, two names, first"),
    Line({"邻长姓名": "彭永康", "邻长电话": "15433330009"}, "error", ["邻长电话"], "one number, two names, second"),
    Line({"邻长姓名": "空缺", "邻长电话": None, "出生年月": None}, "vacant", why="vacant: 空缺"),
    Line({"邻长姓名": "待定", "邻长电话": "/", "出生年月": None}, "vacant", why="vacant: 待定"),
    Line({"邻长姓名": None}, "error", ["邻长姓名"], "name missing, number present"),
    Line({"户数": "约12户"}, why="households as words"),
    Line({"户数": -3}, "error", ["户数"], "households negative"),
    Line({"户数": "若干"}, "error", ["户数"], "households not a number"),
    Line({"任职日期": "2024.3.1"}, why="date as text, dots"),
    Line({"任职日期": "2024年3月"}, why="date as text, characters"),
    Line({"任职日期": 45352}, why="date as a serial"),
    Line({"任职日期": "去年三月"}, "error", ["任职日期"], "date in words"),
    Line({"任职日期": "2024-02-30"}, "error", ["任职日期"], "date that does not exist"),
    Line({"出生年月": 1976.1}, "error", ["出生年月"], "birth month lost its zero"),
    Line({"出生年月": "2014.05"}, "error", ["出生年月"], "a child"),
    Line({"邻长姓名": "李  丹"}, why="spaces inside the name"),
    Line({"邻长姓名": "阿依古丽·买买提"}, why="a name with a middle dot"),
    Line({"邻长姓名": '=HYPERLINK("x","点我")'}, "error", ["邻长姓名"], "a formula as the name"),
    Line({"政治面貌": "不详"}, "error", ["政治面貌"], "an unknown political status"),
    Line({"政治面貌": "中共党员", "机关党员干部": "是"}, why="a cadre without a unit of work"),
    Line({"邻名称": "1-1-1邻"}, "error", ["邻名称"], "the same neighbourhood twice"),
    Line({"社区": None}, "error", ["社区"], "the community left blank"),
    Line({"邻长电话": "15433330031（微信同号）"}, why="a remark behind the number"),
    Line({"邻长电话": "15433330032 15433330132"}, "error", ["邻长电话"], "two numbers in one cell"),
    Line({"出生年月": 1976.2}, why="a month that lost nothing"),
    Line({"任职日期": dt.date(2031, 1, 1)}, "error", ["任职日期"], "an appointment in the future"),
    Line({"邻长姓名": "无", "邻长电话": None}, "vacant", why="vacant: 无"),
    Line({"性别": "不详"}, "error", ["性别"], "an unknown gender"),
    Line({"性别": None, "政治面貌": None, "工作单位": "=1+1 公司"}, why="blanks where blanks may be"),
]


def dirty() -> bytes:
    """One sheet with every kind of dirt between a title and a totals line, and one without a header."""

    def finish(made: Workbook) -> None:
        sheet = made["明月镇"]
        sheet.append(["合计"] + [None] * 12 + [300])
        sheet.append(["备注：机关党员干部指区直单位在职党员。"])
        made.create_sheet("填表说明", 0).append(["请各社区按本表样式填报，不要改动表头。"])

    lines = [line(number, **one.changes) for number, one in enumerate(DIRT, 1)]
    return book({"明月镇": lines}, finish=finish)


# --- hostile files ---------------------------------------------------------------------------------------------------


def tampered(
    content: bytes,
    changes: Mapping[str, Callable[[bytes], bytes]] | None = None,
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """The same workbook with some members rewritten and some added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, (changes or {}).get(name, lambda same: same)(data))
        for name, data in (added or {}).items():
            new.writestr(name, data)
    return target.getvalue()


def sheet_changed(change: Callable[[bytes], bytes], content: bytes | None = None) -> bytes:
    """A tidy roster whose only sheet's XML was rewritten."""
    return tampered(content or simple(), {"xl/worksheets/sheet1.xml": change})
