"""A verdict for every row: dirt of every kind, and what only several rows together show."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.roster.books import DIRT, HEADER, TODAY, Line, book, dirty, line, saved, simple
from volunteers.roster.verdicts import Verdicts, judge
from volunteers.roster.workbook import read_sheets

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def judged(content: bytes) -> Verdicts:
    return judge(read_sheets(content), today=TODAY)


def only_row(**changes: Any) -> tuple[str, list[str]]:
    row = judged(book({"明月镇": [line(1, **changes)]})).rows[0]
    return row.verdict, list(row.faults)


@pytest.fixture(scope="module")
def dirty_verdicts() -> Verdicts:
    return judged(dirty())


@pytest.mark.parametrize(("number", "expected"), list(enumerate(DIRT, 3)), ids=[one.why for one in DIRT])
def test_each_kind_of_dirt_gets_its_verdict(dirty_verdicts: Verdicts, number: int, expected: Line) -> None:
    row = next(row for row in dirty_verdicts.rows if row.number == number)
    assert (row.verdict, list(row.faults)) == (expected.verdict, expected.columns)


def test_rows_that_carry_nothing_do_not_appear(dirty_verdicts: Verdicts) -> None:
    assert [row.number for row in dirty_verdicts.rows] == list(range(3, 3 + len(DIRT)))
    assert dirty_verdicts.skipped_sheets == ["填表说明"]


def test_every_refusal_says_what_is_wrong_and_what_to_do(dirty_verdicts: Verdicts) -> None:
    for row in dirty_verdicts.faulty:
        for message in row.faults.values():
            assert "：" in message
            assert "请" in message
            assert "1543333" not in message


def test_the_report_has_the_agreed_shape(dirty_verdicts: Verdicts) -> None:
    report = json.loads(json.dumps(dirty_verdicts.report()))
    assert set(report) == {"totals", "skipped_sheets", "hidden", "rows"}
    assert list(report["totals"]) == [
        *("streets", "communities", "areas", "groups", "neighbourhoods", "households", "leaders"),
    ]
    assert set(report["rows"][0]) == {"sheet", "row", "verdict", "columns", "messages"}
    assert report["totals"]["neighbourhoods"] == sum(one.verdict != "error" for one in DIRT)


def test_totals_count_units_households_and_filled_roles() -> None:
    lines = [line(1), line(2, 邻长姓名="空缺", 邻长电话=None), line(3, 组名称="第2组", 组长姓名="暂缺", 组长电话=None)]
    totals = judged(book({"明月镇": lines})).totals()
    assert totals == {
        "streets": 1,
        "communities": 1,
        "areas": 1,
        "groups": 2,
        "neighbourhoods": 3,
        "households": 30,
        "leaders": 4,  # an area leader, a group leader, two neighbour leaders
    }


def test_merged_cells_carry_down_and_blank_cells_do_not() -> None:
    lines = [line(1), line(2, 片区名称=None, 片长姓名=None, 片长电话=None), line(3, 片区名称=None)]

    def merge(made: Workbook) -> None:
        for column in (4, 5, 6):
            made["明月镇"].merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)

    rows = judged(book({"明月镇": lines}, finish=merge)).rows
    assert [(row.verdict, row.area) for row in rows] == [("ok", "第1片区"), ("ok", "第1片区"), ("error", "")]
    assert rows[1].posts["area"] is not None
    assert rows[1].posts["area"].name == "何建国"


def test_a_formula_merged_over_rows_is_no_name_in_any_of_them() -> None:
    lines = [line(1, 组长姓名="=A1"), line(2, 组长姓名=None)]

    def merge(made: Workbook) -> None:
        made["明月镇"].merge_cells("I3:I4")

    assert [list(row.faults) for row in judged(book({"明月镇": lines}, finish=merge)).rows] == [["组长姓名"]] * 2


def test_hidden_sheets_and_rows_are_read_and_reported() -> None:
    def hide(made: Workbook) -> None:
        made["明月镇"].row_dimensions[4].hidden = True
        made["松涛镇"].sheet_state = "veryHidden"

    lines = {"明月镇": [line(1), line(2)], "松涛镇": [line(3)]}
    found = judged(book(lines, finish=hide))
    assert len(found.rows) == 3
    assert found.hidden == [{"sheet": "明月镇", "rows": [4]}, {"sheet": "松涛镇", "rows": [1, 2, 3]}]


def test_one_number_with_one_name_may_hold_several_roles() -> None:
    lines = [
        line(1),
        line(2, 邻长姓名="何建国", 邻长电话="154-1111-0001"),
        line(3, 邻长姓名="何 建国", 邻长电话="8615411110001"),
    ]
    assert [row.verdict for row in judged(book({"明月镇": lines})).rows] == ["ok"] * 3


def test_a_number_with_two_names_refuses_its_rows_on_other_sheets_too() -> None:
    lines = {"明月镇": [line(1)], "松涛镇": [line(2, 邻长电话="15422220001")]}
    assert [list(row.faults) for row in judged(book(lines)).rows] == [["邻长电话"], ["邻长电话"]]


def test_a_second_leader_of_the_same_group_is_refused() -> None:
    rows = judged(book({"明月镇": [line(1), line(2, 组长姓名="别人", 组长电话="15411110099")]})).rows
    assert [list(row.faults) for row in rows] == [[], ["组长姓名"]]


def test_the_day_of_the_eighteenth_birthday_counts() -> None:
    assert only_row(出生年月="2006-03", 任职日期="2024-03-01") == ("ok", [])
    assert only_row(出生年月="2006-04", 任职日期="2024-03-31") == ("error", ["出生年月"])


def test_a_vacant_post_keeps_its_unit_but_not_its_leftovers() -> None:
    assert only_row(邻长姓名="空 缺", 出生年月="看不清", 邻长电话="123")[0] == "vacant"
    assert only_row(邻长姓名="空缺", 户数=0) == ("error", ["户数"])


def test_a_missing_number_is_refused() -> None:
    assert only_row(邻长电话=None) == ("error", ["邻长电话"])


@pytest.mark.parametrize("first", ["合计", "小 计", "总计：", "银杏社区小计"])
def test_totals_lines_carry_nothing(first: str) -> None:
    lines = [line(1), {"序号": first, "户数": 300}, {"社区": first, "户数": 300, "邻长姓名": "共30人"}]
    assert len(judged(book({"明月镇": lines})).rows) == 1


def test_a_header_repeated_for_printing_carries_nothing() -> None:
    lines = [line(1), dict(zip(HEADER, HEADER, strict=True)), line(2)]
    assert [row.number for row in judged(book({"明月镇": lines})).rows] == [3, 5]


def test_columns_in_another_order_under_other_names_are_found() -> None:
    made = Workbook()
    sheet = made.active
    sheet.title = "Sheet1"
    sheet.append(["松涛镇三长花名册"])
    sheet.append([])
    sheet.append(
        [
            "联系电话",
            "邻长",
            "所属邻",
            "社区名称",
            "联系户数",
            "所属小组",
            "所在片区",
            "片区长",
            "片区长手机号码",
            "备注",
        ]
    )
    sheet.append(
        ["15422220001", "王丽华", "1-1-1邻", "竹溪村", "12户", "第1组", "第1片区", "高远", "15422220002", "新换"]
    )
    row = judged(saved(made)).rows[0]
    leader, area = row.posts["leader"], row.posts["area"]
    assert (row.verdict, row.number, row.street, row.households) == ("ok", 4, "松涛镇", 12)
    assert leader is not None
    assert area is not None
    assert (leader.phone, area.name, area.phone) == ("15422220001", "高远", "15422220002")


def test_a_header_of_two_rows_is_read_as_one() -> None:
    made = Workbook()
    sheet = made.active
    sheet.title = "明月镇"
    sheet.append(["社区", "片区名称", "片长", None, "组名称", "组长", None, "邻名称", "户数", "邻长", None])
    sheet.append([None, None, "姓名", "电话", None, "姓名", "电话", None, None, "姓名", "电话"])
    for area in ("C1:D1", "F1:G1", "J1:K1"):
        sheet.merge_cells(area)
    sheet.append(
        ["银杏社区", "第1片区", "高远", "15422220002", "第1组", "许敏", "15422220003", "1邻", 9, "周桂兰", "123"]
    )
    row = judged(saved(made)).rows[0]
    assert (row.number, list(row.faults)) == (3, ["邻长电话"])
    assert [post.name for post in row.posts.values() if post] == ["高远", "许敏", "周桂兰"]


def test_plain_names_belong_to_the_unit_before_them() -> None:
    header = ["社区", "片区", "姓名", "电话", "组", "姓名", "电话", "邻", "户数", "姓名", "电话"]
    made = Workbook()
    sheet = made.active
    sheet.title = "明月镇"
    sheet.append(header)
    sheet.append(
        [
            "银杏社区",
            "第1片区",
            "高远",
            "15422220002",
            "第1组",
            "许敏",
            "15422220003",
            "1邻",
            9,
            "周桂兰",
            "15422220004",
        ]
    )
    row = judged(saved(made)).rows[0]
    assert [post.name for post in row.posts.values() if post] == ["高远", "许敏", "周桂兰"]
    assert row.verdict == "ok"


def test_a_missing_column_is_said_in_every_row() -> None:
    header = [name for name in HEADER if name != "邻长电话"]
    rows = judged(book({"明月镇": [line(1)]}, header=header)).rows
    assert list(rows[0].faults) == ["邻长电话"]


def test_the_sheet_tells_how_many_rows_it_claims_and_has() -> None:
    note = judged(simple()).notes[0]
    assert (note.declared_rows, note.read_rows) == (6, 6)


@pytest.mark.skipif(not SHARED.exists(), reason="a developer's extra: the sample district beside the project")
class TestSampleDistrict:
    def test_the_real_size_roster_adds_up(self) -> None:
        found = judge(read_sheets((SHARED / "roster.xlsx").read_bytes()), today=dt.date(2026, 11, 1))
        assert list(found.totals().values()) == [14, 86, 689, 2753, 13752, 137797, 17194]
        assert not found.faulty

    def test_the_dirty_sample_gets_the_expected_verdicts(self) -> None:
        expected = json.loads((SHARED / "roster_dirty.expected.json").read_text())
        found = judge(read_sheets((SHARED / "roster_dirty.xlsx").read_bytes()), today=dt.date(2026, 11, 1))
        said = [(row.sheet, row.number, row.verdict, list(row.faults)) for row in found.rows]
        sheet = expected["sheet"]
        assert said == [(sheet, row["row"], row["verdict"], row["columns"]) for row in expected["rows"]]
        assert found.skipped_sheets == expected["skipped_sheets"]
