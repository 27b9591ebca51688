"""Tables written as files that office programs open: Excel and CSV, without a cell that could calculate (rule R34).

Every text is forced to be text, and one that begins like a formula gets an apostrophe before it (threat T28), so that
it stays harmless when somebody pastes it or saves the file in another format. A file leaves piece by piece while its
rows are read: memory does not grow with the table, and nobody in between loses patience. A workbook is some lines of
XML in a zip; written by hand it takes a twentieth of the time that a library takes, and is sent while it is made.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone, translation
from django.utils.translation import gettext as _

LONGEST = 32_000
"""Signs in a cell; Excel refuses a file with more than 32,767."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_A_FORMULA = re.compile("^(?:[\t\r\n]|[\\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\\-@＝＋－＠−])")
_ESCAPE_OF_EXCEL = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

PIECE = 500
"""Rows that are written at once."""

Said = Sequence[tuple[str, str]]
"""What a file says about itself: pairs of a label and a text."""


class Format(StrEnum):
    """What a table can be written as."""

    XLSX = "xlsx"
    CSV = "csv"

    @property
    def content_type(self) -> str:
        """The type for a browser."""
        if self is Format.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: str) -> str:
    """A text that no office program takes for a formula, without signs that a workbook cannot hold."""
    clean = _UNPRINTABLE.sub("", text)[:LONGEST]
    return f"'{clean}" if _LIKE_A_FORMULA.match(clean) else clean


def text_of(value: object) -> str:
    """A value as people read it: days as 2026-11-23, instants in local time, 是 and 否; nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return harmless(str(value))


def is_number(value: object) -> bool:
    """Whether a value may stand in a cell as a number."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def stream(kind: Format, labels: Sequence[str], rows: Iterable[Sequence[object]], said: Said) -> Iterator[bytes]:
    """The file piece by piece as the rows come, in the language that is set now; `said` is what it says of itself."""
    language = translation.get_language()
    pieces = (_csv if kind is Format.CSV else _xlsx)(labels, rows, said)
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


class _Sink(io.RawIOBase):
    """Takes what is written, until it is sent on."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[bytes] = []

    def writable(self) -> bool:
        """It is; and it cannot be wound back, so a zip says the sizes of its members after them."""
        return True

    def write(self, data: Any) -> int:
        """Keep a copy: the writer uses its buffer again."""
        self.held.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Everything since it was asked last."""
        held, self.held = self.held, []
        return b"".join(held)


def _in_pieces(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    waiting = iter(rows)
    while piece := list(itertools.islice(waiting, PIECE)):
        yield piece


def _csv(labels: Sequence[str], rows: Iterable[Sequence[object]], said: Said) -> Iterator[bytes]:
    """With a byte order mark, or Excel reads Chinese as Latin; what it is about in the first lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([harmless(label), harmless(text)] for label, text in said)
    writer.writerow([])
    writer.writerow([harmless(label) for label in labels])
    yield b"\xef\xbb\xbf" + out.getvalue().encode()
    for piece in _in_pieces(rows):
        out.seek(0)
        out.truncate()
        writer.writerows([value if is_number(value) else text_of(value) for value in row] for row in piece)
        yield out.getvalue().encode()


_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MAIN}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_MAIN}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_MAIN}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_MAIN}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_REL}/worksheet" Target="worksheets/sheet2.xml"/>'
        f'<Relationship Id="rId3" Type="{_REL}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Style 1 is text that stays text however it is edited; style 2 the same in bold.
    "xl/styles.xml": (
        f'<styleSheet {_NS}><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill>'
        '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
        '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    ),
}  # fmt: skip


def _cell(value: object, style: int = 1) -> str:
    if value is None or value == "":
        return "<c/>"
    if is_number(value):
        return f"<c><v>{value}</v></c>"
    text = escape(_ESCAPE_OF_EXCEL.sub("_x005F_", text_of(value))).replace("\r", "&#13;")
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _row(values: Iterable[object], style: int = 1) -> bytes:
    return f"<row>{''.join(_cell(value, style) for value in values)}</row>".encode()


def _xlsx(labels: Sequence[str], rows: Iterable[Sequence[object]], said: Said) -> Iterator[bytes]:
    """Two sheets, 说明 and 数据."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        lines = b"".join(_row([label], 2)[:-6] + _cell(text).encode() + b"</row>" for label, text in said)
        book.writestr("xl/worksheets/sheet1.xml", _sheet_head(2) + lines + b"</sheetData></worksheet>")
        for name, content in _PARTS.items():
            book.writestr(name, _HEAD + content)
        book.writestr("xl/workbook.xml", _workbook((_("说明"), _("数据"))))
        with book.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as sheet:
            sheet.write(_sheet_head(len(labels), frozen=True) + _row(labels, 2))
            for piece in _in_pieces(rows):
                sheet.write(b"".join(_row(row) for row in piece))
                yield sink.taken()
            sheet.write(f"</sheetData>{_footer(said)}</worksheet>".encode())
    yield sink.taken()


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    return f'{_HEAD}<workbook {_NS} xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>'


def _sheet_head(columns: int, *, frozen: bool = False) -> bytes:
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if frozen else ""
    widths = f'<cols><col min="1" max="{columns}" width="20" customWidth="1"/></cols>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f"{_HEAD}<worksheet {_NS}>{view}{widths}<sheetData>".encode()


def _footer(said: Sequence[tuple[str, str]]) -> str:
    """Who made it and when, at the foot of every printed page."""
    words = "  ".join(_UNPRINTABLE.sub("", text) for _label, text in said[1:3])[:100].replace("&", "&&")
    return f"<headerFooter><oddFooter>{escape(f'&L{words}&R&P')}</oddFooter></headerFooter>"


def read_value(row: Any, path: str) -> object:
    """What stands at `unit.name` of a row; methods are called, a missing link is nothing."""
    value: Any = row
    for part in path.split("."):
        if value is None:
            return None
        value = value.get(part) if isinstance(value, dict) else getattr(value, part)
        if callable(value):
            value = value()
    return value
