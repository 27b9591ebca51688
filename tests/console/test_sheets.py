"""A file that leaves the console calculates nothing and loses nothing (rule R34, threat T28)."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundation import sheets
from foundation.sheets import Format

DANGEROUS = "=+-@＝＋－＠\t\r\n"
text = st.text(max_size=40) | st.builds(
    lambda first, rest: first + rest, st.sampled_from(DANGEROUS), st.text(max_size=20)
)


SAID = [("内容", "=名单"), ("谁导出的", "沈岚"), ("什么时候", "2026-11-22 10:00"), ("行数", "3")]


def written(kind: Format, rows: list[list[Any]], labels: tuple[str, ...] = ("甲", "=乙")) -> bytes:
    return b"".join(sheets.stream(kind, labels, rows, SAID))


def cells(content: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["说明", "数据"]
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(text, min_size=2, max_size=2), max_size=5))
@example([["=1+1", "_x003D_1"], ["＝HYPERLINK()", " \u200b=1"], ["\x00=1", "\ufeff+1"]])
def test_no_cell_of_a_reopened_workbook_is_a_formula(rows: list[list[str]]) -> None:
    for cell in cells(written(Format.XLSX, rows)):
        assert cell.data_type != "f"
        if isinstance(cell.value, str):
            assert not cell.value.lstrip(" \u200b\ufeff\u00a0").startswith(tuple("=+-@＝＋－＠"))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(text, min_size=2, max_size=2), max_size=5))
def test_no_field_of_a_csv_begins_like_a_formula(rows: list[list[str]]) -> None:
    content = written(Format.CSV, rows)
    assert content.startswith(b"\xef\xbb\xbf")
    for line in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        for field in line:
            assert not field.startswith(tuple(DANGEROUS))


@settings(deadline=None, max_examples=80)
@given(st.lists(st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=30), min_size=1, max_size=4))
def test_plain_text_comes_back_as_it_was(row: list[str]) -> None:
    wanted = [sheets.harmless(part) for part in row]
    book = openpyxl.load_workbook(io.BytesIO(written(Format.XLSX, [row], tuple("甲" for _part in row))))
    assert [cell.value for cell in book["数据"][2]] == wanted
    *_head, last = csv.reader(io.StringIO(written(Format.CSV, [row]).decode("utf-8-sig"), newline=""))
    assert last == wanted


def test_numbers_stay_numbers_and_yes_is_a_word() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(Format.XLSX, [[-3, True], [Decimal("1.5"), None]])))
    assert [[cell.value for cell in row] for row in book["数据"].iter_rows(min_row=2)] == [[-3, "是"], [1.5, None]]


def test_the_file_says_what_it_is_and_how_long() -> None:
    rows = [["a", "b"]] * 3
    book = openpyxl.load_workbook(io.BytesIO(written(Format.XLSX, rows)))
    said = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert said == {"内容": "'=名单", "谁导出的": "沈岚", "什么时候": "2026-11-22 10:00", "行数": "3"}
    assert "沈岚" in book["数据"].oddFooter.left.text
    assert "行数,3" in written(Format.CSV, rows).decode("utf-8-sig")


@pytest.mark.parametrize("kind", Format)
def test_memory_does_not_grow_with_the_table(kind: Format) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        for _piece in sheets.stream(kind, ["甲"] * 4, (["青禾街道桂花社区"] * 4 for _ in range(count)), SAID):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(20_000) < peak(2_000) + 400_000


@pytest.mark.parametrize("kind", Format)
def test_the_file_leaves_while_its_rows_are_read(kind: Format) -> None:
    read = []

    def rows() -> Iterator[list[str]]:
        for number in range(20 * sheets.PIECE):
            read.append(number)
            yield [str(number)]

    pieces = sheets.stream(kind, ["甲"], rows(), SAID)
    sent = sum(len(next(pieces)) for _ in range(2))
    assert sent
    assert len(read) <= 2 * sheets.PIECE
