"""Tables written as files that office programs open: Excel and CSV, without a cell that could calculate (rule R34).

Every text is forced to be text, and one that begins like a formula gets an apostrophe before it (threat T28), so that
it stays harmless when somebody pastes it or saves the file in another format. Rows are written one by one to a file
without a name: memory does not grow with the table. A workbook is some lines of XML in a zip; written by hand it takes
a twentieth of the time that a library takes, which counts where somebody waits for 137,797 rows.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.translation import gettext as _

LONGEST = 32_000
"""Signs in a cell; Excel refuses a file with more than 32,767."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_A_FORMULA = re.compile("^(?:[\t\r\n]|[\\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\\-@＝＋－＠−])")
_ESCAPE_OF_EXCEL = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

About = Callable[[int], Sequence[tuple[str, str]]]
"""Given the number of rows: what the file says about itself, pairs of a label and a text."""


class TooLong(Exception):
    """There are more rows than were allowed; nothing was kept."""


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


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file, to be read from its beginning, and how many rows of data it holds."""

    file: IO[bytes]
    rows: int


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


def make(kind: Format, labels: Sequence[str], rows: Iterable[Sequence[object]], about: About, most: int) -> Made:
    """Write a table; raises `TooLong` past `most` rows. `about` is asked when the rows are counted."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        count = (_write_csv if kind is Format.CSV else _write_xlsx)(out, labels, _at_most(rows, most), about)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return Made(out, count)


def _at_most(rows: Iterable[Sequence[object]], most: int) -> Iterator[Sequence[object]]:
    for number, row in enumerate(rows, 1):
        if number > most:
            raise TooLong
        yield row


def _write_csv(out: IO[bytes], labels: Sequence[str], rows: Iterable[Sequence[object]], about: About) -> int:
    """With a byte order mark, or Excel reads Chinese as Latin; what it is about in the first lines."""
    count = 0
    with tempfile.TemporaryFile() as body:
        lines = io.TextIOWrapper(body, "utf-8", newline="", write_through=True)
        writer = csv.writer(lines)
        writer.writerow([harmless(label) for label in labels])
        for row in rows:
            count += 1
            writer.writerow([value if is_number(value) else text_of(value) for value in row])
        lines.flush()
        body.seek(0)
        head = io.StringIO(newline="")
        csv.writer(head).writerows([[harmless(label), harmless(text)] for label, text in about(count)])
        out.write(b"\xef\xbb\xbf" + head.getvalue().encode() + b"\r\n")
        shutil.copyfileobj(body, out)
        lines.detach()
    return count


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
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
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


def _write_xlsx(out: IO[bytes], labels: Sequence[str], rows: Iterable[Sequence[object]], about: About) -> int:
    """Two sheets, 说明 and 数据; the second is written first, since the first says how long it is."""
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        with book.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as sheet:
            sheet.write(_sheet_head(len(labels), frozen=True))
            sheet.write(_row(labels, 2))
            for row in rows:
                count += 1
                sheet.write(_row(row))
            said = about(count)
            sheet.write(f"</sheetData>{_footer(said)}</worksheet>".encode())
        lines = b"".join(_row([label], 2)[:-6] + _cell(text).encode() + b"</row>" for label, text in said)
        book.writestr("xl/worksheets/sheet1.xml", _sheet_head(2) + lines + b"</sheetData></worksheet>")
        sheets = "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in enumerate((_("说明"), _("数据")), 1)
        )
        book.writestr(
            "xl/workbook.xml", f'{_HEAD}<workbook {_NS} xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>'
        )
        for name, content in _PARTS.items():
            book.writestr(name, _HEAD + content)
    return count


def _sheet_head(columns: int, *, frozen: bool = False) -> bytes:
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if frozen else ""
    widths = f'<cols><col min="1" max="{columns}" width="20" customWidth="1"/></cols>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f"{_HEAD}<worksheet {_NS}>{view}{widths}<sheetData>".encode()


def _footer(said: Sequence[tuple[str, str]]) -> str:
    """Who made it and when, at the foot of every printed page."""
    words = "  ".join(_UNPRINTABLE.sub("", text) for _label, text in said[1:3])
    return f"<headerFooter><oddFooter>{escape(('&L' + words.replace('&', '&&') + '&R&P')[:255])}</oddFooter></headerFooter>"


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
