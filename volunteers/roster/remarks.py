"""Refused rows as a workbook: every cell as it was, the wrong ones with a remark, to be corrected and sent again.

Merged cells are written out in full, so that each row stands by itself. Text is written as text: nothing a stranger
typed can become a formula here. No Django.
"""

import datetime as dt
import io
from collections import defaultdict

from openpyxl import Workbook as Book
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from volunteers.roster import workbook
from volunteers.roster.verdicts import Row, Verdicts

REMARK_HEADER = "备注"
AUTHOR = "花名册导入"
FAULT = PatternFill("solid", start_color="FFF4CCCC")
HEAD = PatternFill("solid", start_color="FFEFEFEF")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
WIDTH = 14
REMARK_WIDTH = 60


def remarks_workbook(found: Verdicts) -> bytes:
    """An .xlsx with a sheet for each that has refused rows: its header, those rows, and what to do about each."""
    book = Book()
    book.remove(book.active)
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in found.faulty:
        rows[row.sheet].append(row)
    for sheet in found.sheets.values():
        if rows[sheet.name]:
            _write_sheet(book, sheet, found, rows[sheet.name])
    if not book.worksheets:
        book.create_sheet(AUTHOR)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _write_sheet(book: Book, sheet: workbook.Sheet, found: Verdicts, rows: list[Row]) -> None:
    page = book.create_sheet(sheet.name)
    header = found.headers[sheet.name]
    texts = [text if text != REMARK_HEADER else "原备注" for text in header.texts]
    while texts and not texts[-1]:
        texts.pop()
    for column, text in enumerate([*texts, REMARK_HEADER], 1):
        cell = page.cell(1, column)
        _write(cell, text or None)
        cell.font, cell.fill = Font(bold=True), HEAD
        page.column_dimensions[get_column_letter(column)].width = WIDTH
    page.column_dimensions[get_column_letter(len(texts) + 1)].width = REMARK_WIDTH
    page.freeze_panes = "A2"
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(sheet.rows[row.number - 1][: len(texts)], 1):
            cell = page.cell(number, column)
            _write(cell, value)
            message = row.faults.get(header.texts[column - 1])
            if message:
                cell.fill = FAULT
                cell.comment = Comment(message, AUTHOR, width=320, height=90)
        remark = page.cell(number, len(texts) + 1)
        _write(remark, f"第 {row.number} 行：" + "；".join(f"【{c}】{m}" for c, m in row.faults.items()))
        remark.alignment = Alignment(wrap_text=True, vertical="top")


def _write(cell: Cell, value: workbook.Cell) -> None:
    """Put a value into a cell; text stays text."""
    if isinstance(value, tuple):
        cell.value = dt.date(*value) if value[0] else None
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = value.startswith(DANGEROUS)
    elif isinstance(value, float) and value.is_integer():
        cell.value = int(value)
        cell.number_format = "0"
    else:
        cell.value = value
