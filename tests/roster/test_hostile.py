"""Files that want to do harm or cannot be what they claim: a refusal, never a crash or a silent cut (R33, T27)."""

from __future__ import annotations

import io
import random
import re
import resource
import struct
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.roster.books import TODAY, book, line, sheet_changed, simple, tampered
from volunteers.roster.scan import UnsafeWorkbook, read_reference, scan
from volunteers.roster.verdicts import judge
from volunteers.roster.workbook import read_sheets

ROWS_END = b"</sheetData>"


def cell_at(reference: str) -> Callable[[bytes], bytes]:
    row = re.sub(r"\D", "", reference)
    extra = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>'.encode()
    return lambda xml: xml.replace(ROWS_END, extra + ROWS_END)


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(90):
                member.write(b" " * 1024 * 1024)
    return target.getvalue()


def many_members() -> bytes:
    return tampered(simple(), added={f"xl/media/{n}.bin": b"" for n in range(201)})


def encrypted_flag() -> bytes:
    content = bytearray(simple())
    place = content.find(b"PK\x01\x02")
    while place != -1:
        content[place + 8] |= 1
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(content)


def lying_size() -> bytes:
    """The archive's table of contents says that the sheet is smaller than it is."""
    content = bytearray(simple())
    for magic, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.find(magic)
        while place != -1:
            if b"sheet1.xml" in content[place : place + 90]:
                struct.pack_into("<I", content, place + offset, 100)
            place = content.find(magic, place + 4)
    return bytes(content)


def twice_the_same_member() -> bytes:
    target = io.BytesIO(simple())
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    return target.getvalue()


def with_doctype(xml: bytes) -> bytes:
    lol = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return lol + xml


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip bomb": (bomb, "压缩"),
    "more members than a roster has": (many_members, "部件太多"),
    "macros": (lambda: tampered(simple(), added={"xl/vbaProject.bin": b"x"}), "宏"),
    "old macro sheets": (lambda: tampered(simple(), added={"xl/macrosheets/sheet1.xml": b"<x/>"}), "宏"),
    "links to other workbooks": (
        lambda: tampered(simple(), added={"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        "链接",
    ),
    "a far column": (lambda: sheet_changed(cell_at("XFD1")), "50 列"),
    "a column just too far": (lambda: sheet_changed(cell_at("AY9")), "50 列"),
    "a far row": (lambda: sheet_changed(cell_at("A1048576")), "20,000 行"),
    "a row just too far": (lambda: sheet_changed(cell_at("A20001")), "20,000 行"),
    "a far cell in a near row": (lambda: sheet_changed(lambda x: x.replace(b'r="B3"', b'r="B99999"')), "20,000 行"),
    "entities in a sheet": (lambda: sheet_changed(with_doctype), "DTD"),
    "entities in the workbook": (lambda: tampered(simple(), {"xl/workbook.xml": with_doctype}), "DTD"),
    "another encoding": (
        lambda: sheet_changed(lambda x: b'<?xml version="1.0" encoding="UTF-16"?>' + x.decode().encode("utf-16")),
        "UTF-8",
    ),
    "a truncated file": (lambda: simple()[:-400], "损坏"),
    "half a file": (lambda: simple()[: len(simple()) // 2], "损坏"),
    "a CSV by another name": ("社区,片区名称\n银杏社区,第1片区\n".encode, "不是 Excel"),
    "nothing": (lambda: b"", "不是 Excel"),
    "an encrypted or old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000, "密码"),
    "an archive with a password": (encrypted_flag, "密码"),
    "an archive without a workbook": (lambda: tampered(b"PK\x05\x06" + b"\0" * 18), "没有 Excel"),
    "more than 5 MB": (lambda: b"PK" + random.Random(1).randbytes(5 * 1024 * 1024), "5 MB"),
    "a size that lies": (lying_size, "文件"),
    "one member twice": (twice_the_same_member, "重名"),
    "a sheet that is not there": (
        lambda: tampered(simple(), {"xl/_rels/workbook.xml.rels": lambda x: x.replace(b"sheet1.xml", b"sheet9.xml")}),
        "缺少工作表",
    ),
    "broken XML": (lambda: tampered(simple(), {"xl/workbook.xml": lambda x: x[:-30]}), "结构"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(name: str) -> None:
    make, words = HOSTILE[name]
    content = make()
    started = time.monotonic()
    with pytest.raises(UnsafeWorkbook, match=words) as refusal:
        list(read_sheets(content))
    assert "请" in refusal.value.message or "停止" in refusal.value.message
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("claim", [b"A1:A1", b"A1:XFD1048576", b"A1:V3"])
def test_a_lying_dimension_never_cuts_rows(claim: bytes) -> None:
    content = sheet_changed(lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + claim + b'"', xml))
    found = judge(read_sheets(content), today=TODAY)
    assert [row.number for row in found.rows] == [3, 4, 5, 6]


def test_a_bloated_but_honest_file_uses_little_of_our_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnsafeWorkbook):
        list(read_sheets(bomb()))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_cells_without_an_address_are_read_by_their_place() -> None:
    content = sheet_changed(lambda xml: re.sub(rb'<c r="[A-Z]+\d+"', b"<c", xml))
    assert len(judge(read_sheets(content), today=TODAY).rows) == 4


def test_formulas_are_seen_in_files_written_another_way() -> None:
    content = book({"明月镇": [line(1, 邻长姓名="=A1"), line(2)]})

    def with_prefix(xml: bytes) -> bytes:
        xml = re.sub(rb"<(/?)(worksheet|sheetData|row|c|f|v|is|t|mergeCells|mergeCell)\b", rb"<\1x:\2", xml)
        return xml.replace(b'xmlns="', b'xmlns:x="', 1)

    for change in (with_prefix, lambda xml: xml.replace(b"<f>", b"<!-- a --><f>")):
        facts = scan(sheet_changed(change, content)).sheets[0]
        assert facts.formulas == {(3, 15)}


def test_an_array_formula_fills_its_whole_range() -> None:
    content = book({"明月镇": [line(1, 邻长姓名="=A1"), line(2), line(3)]})
    changed = sheet_changed(lambda xml: xml.replace(b"<f>", b'<f t="array" ref="O3:O5">'), content)
    assert scan(changed).sheets[0].formulas == {(3, 15), (4, 15), (5, 15)}


def test_a_cached_value_does_not_make_a_formula_a_name() -> None:
    content = book({"明月镇": [line(1, 邻长姓名="=A1")]})
    cached = re.compile(rb'<c r="O3"([^>]*)><f>A1</f><v ?/?>(?:</v>)?</c>')

    def with_value(xml: bytes) -> bytes:
        xml, count = cached.subn(rb'<c r="O3" t="str"><f>A1</f><v>Zhou</v></c>', xml)
        assert count == 1
        return xml

    row = judge(read_sheets(sheet_changed(with_value, content)), today=TODAY).rows[0]
    assert list(row.faults) == ["邻长姓名"]


def test_random_damage_never_breaks_the_reader() -> None:
    """A short sample of the fuzzing that `make soak` does at length; in this process, without the reader's fork."""
    whole, dice = simple(), random.Random(7)
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        with suppress(UnsafeWorkbook):
            scan(bytes(content))


@pytest.mark.parametrize(
    ("text", "box"), [("B3:D9", (3, 2, 9, 4)), ("D9:B3", (3, 2, 9, 4)), ("$AA$10", (10, 27, 10, 27)), ("?", None)]
)
def test_references_are_read(text: str, box: tuple[int, int, int, int] | None) -> None:
    assert read_reference(text) == box
