"""Look at an uploaded workbook before anything reads it: is it a workbook at all, and is it safe to open?

Standard library and defusedxml, no Django: it runs inside the limited process of `reader.py`. The limits are those of a
district's roster (17,194 people need 1.2 MB and 13,752 rows). python-calamine tells neither formulas nor hidden rows,
and a single far cell makes it ask for 100 GB, so the sheets' own XML is searched first: with regular expressions where
the file is written the usual way, element by element where it is not.
"""

import io
import re
import zipfile
from dataclasses import dataclass, field
from functools import cache
from xml.parsers import expat

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_MEMBERS = 200
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_RATIO = 100
SMALL_MEMBER_BYTES = 1024 * 1024
MAX_COLUMNS = 50
MAX_ROWS = 20_000
MAX_SHEETS = 100
MAX_MERGED = 100_000

OLE_MAGIC = b"\xd0\xcf\x11\xe0"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


class UnsafeWorkbook(Exception):
    """The file is refused as a whole; `message` says in Chinese what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(slots=True)
class SheetFacts:
    """What the XML of one sheet says beyond its values. Rows and columns count from 1, as Excel shows them."""

    name: str
    member: str
    is_hidden: bool
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    declared_rows: int | None = None
    last_row: int = 0
    last_column: int = 0


@dataclass(slots=True)
class WorkbookFacts:
    """The sheets in their order, and whether dates count from 1904 (old Mac files)."""

    sheets: list[SheetFacts]
    is_1904: bool


def scan(content: bytes) -> WorkbookFacts:
    """Return the facts of a harmless workbook. Raises UnsafeWorkbook for anything else (reliability R33, T27)."""
    members = _unpack(content)
    workbook = _parse(members, "xl/workbook.xml")
    targets = _relations(members)
    properties = workbook.find("{*}workbookPr")
    is_1904 = properties is not None and properties.get("date1904", "0") in {"1", "true", "on"}
    sheets: list[SheetFacts] = []
    for node in workbook.iterfind("{*}sheets/{*}sheet"):
        target = targets.get(node.get(RELATION) or node.get(STRICT_RELATION) or "", ("", ""))
        facts = SheetFacts(node.get("name", ""), target[1], node.get("state", "visible") != "visible")
        if target[0].endswith("/worksheet"):
            if facts.member not in members:
                raise UnsafeWorkbook("文件不完整，缺少工作表内容。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
            _scan_sheet(members[facts.member], facts)
        sheets.append(facts)
    if not sheets or len(sheets) > MAX_SHEETS:
        raise UnsafeWorkbook(f"工作表应有 1 到 {MAX_SHEETS} 张。请拆成几个文件上传。")
    if sum(facts.last_row for facts in sheets) > MAX_ROWS + 100 * len(sheets):
        raise UnsafeWorkbook(f"一个文件最多 {MAX_ROWS:,} 行。请按镇街拆开上传。")
    return WorkbookFacts(sheets, is_1904)


def _unpack(content: bytes) -> dict[str, bytes]:
    """All XML members of the archive, unpacked under the limits."""
    if len(content) > MAX_FILE_BYTES:
        raise UnsafeWorkbook("文件超过 5 MB。请删去图片或按镇街拆开上传。")
    if content.startswith(OLE_MAGIC):
        raise UnsafeWorkbook("这是加了密码的文件，或旧的 .xls 格式。请去掉密码，另存为 .xlsx 再上传。")
    if not content.startswith(b"PK"):
        raise UnsafeWorkbook("这不是 Excel 工作簿（.xlsx）。请用 Excel 或 WPS 另存为 .xlsx 再上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpack_members(archive, len(content))
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise UnsafeWorkbook("文件损坏或没有传完整。请重新保存后再上传。") from error
    except Exception as error:  # zlib.error and whatever else a crafted archive provokes
        if isinstance(error, UnsafeWorkbook | MemoryError):
            raise
        raise UnsafeWorkbook("文件损坏，打不开。请重新保存后再上传。") from error


def _unpack_members(archive: zipfile.ZipFile, packed_size: int) -> dict[str, bytes]:
    entries = archive.infolist()
    _check_entries(entries, packed_size)
    members: dict[str, bytes] = {}
    for entry in entries:
        name = entry.filename.lstrip("/")
        if not name.lower().endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(entry) as stream:
            data = stream.read(entry.file_size + 1)
        if len(data) != entry.file_size:
            raise UnsafeWorkbook("文件自称的大小与实际不符，已停止读取。请重新保存后再上传。")
        _check_xml(data)
        members[name] = data
    if "xl/workbook.xml" not in members:
        raise UnsafeWorkbook("压缩包里没有 Excel 工作簿。请上传 .xlsx 文件。")
    return members


def _check_entries(entries: list[zipfile.ZipInfo], packed_size: int) -> None:
    """Refuse bombs, macros and links by the archive's own table of contents."""
    if len(entries) > MAX_MEMBERS:
        raise UnsafeWorkbook("文件内部的部件太多（超过 200 个）。请只保留花名册的工作表再上传。")
    names = [entry.filename.lstrip("/").lower() for entry in entries]
    if len(set(names)) != len(names):
        raise UnsafeWorkbook("文件内部有重名的部件，无法确定哪一个是真的。请重新保存后再上传。")
    if any("vbaproject" in name or "/macrosheets/" in name or name.endswith("vbadata.xml") for name in names):
        raise UnsafeWorkbook("文件带有宏。请另存为不带宏的 .xlsx 再上传。")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise UnsafeWorkbook("文件链接了别的工作簿。请在“数据 - 编辑链接”中断开链接，再上传。")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnsafeWorkbook("文件加了密码。请去掉密码再上传。")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise UnsafeWorkbook("文件展开后超过 100 MB，已停止读取。请删去多余内容再上传。")
    if sum(entry.compress_size for entry in entries) > packed_size:
        raise UnsafeWorkbook("文件内部的部件互相重叠，已停止读取。请重新保存后再上传。")
    for entry in entries:
        if entry.file_size > SMALL_MEMBER_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise UnsafeWorkbook("文件压缩得异常厉害，像压缩炸弹，已停止读取。请重新保存后再上传。")


def _check_xml(data: bytes) -> None:
    """Refuse document types (entities) and encodings in which the searches below would be blind."""
    head = data[:200]
    declared = re.search(rb"encoding\s*=\s*[\"']([^\"']+)[\"']", head)
    if (
        head[:2] in {b"\xff\xfe", b"\xfe\xff"}
        or b"\0" in head
        or (declared and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii"})
    ):
        raise UnsafeWorkbook("文件内部不是 UTF-8 编码。请用 Excel 或 WPS 重新保存后再上传。")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnsafeWorkbook("文件内部含有文档类型声明（DTD），不予读取。请用 Excel 或 WPS 重新保存后再上传。")


def _parse(members: dict[str, bytes], name: str) -> "ElementTree.Element":
    try:
        return ElementTree.fromstring(members[name], forbid_dtd=True)
    except (KeyError, ElementTree.ParseError, DefusedXmlException) as error:
        raise UnsafeWorkbook("文件内部结构不完整。请用 Excel 或 WPS 重新保存后再上传。") from error


def _relations(members: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Relation id → (type, member name) of the workbook."""
    found = {}
    for node in _parse(members, "xl/_rels/workbook.xml.rels"):
        target = node.get("Target", "").replace("\\", "/")
        if node.get("TargetMode") == "External":
            raise UnsafeWorkbook("文件链接了别的文件。请断开链接再上传。")
        member = target.lstrip("/") if target.startswith("/") else "xl/" + target.removeprefix("./")
        found[node.get("Id", "")] = (node.get("Type", ""), member)
    return found


# --- one sheet -------------------------------------------------------------------------------------------------------

ROW = re.compile(rb"<row\b([^>]*)>")
ROW_NUMBER = re.compile(rb'\br="(\d{1,9})"')
ROW_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"|\bht="0(?:\.0+)?"')
COLUMN = re.compile(rb"<col\b([^>]*)>")
FORMULA_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*><f\b([^>]*)>')
FORMULA = re.compile(rb"<f[\s/>]")
FAR_COLUMN = re.compile(rb'<c r="(?:A[Y-Z]|[B-Z][A-Z]|[A-Z]{3,})\d')
FAR_ROW = re.compile(rb'<c r="[A-Z]{1,3}(?:[2-9]\d{4}|\d{6,})"')
MERGED = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Za-z]{1,3})(\d{1,7}):([A-Za-z]{1,3})(\d{1,7})"')
DIMENSION = re.compile(rb'<dimension\b[^>]*?\bref="([^"]{1,30})"')
REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?")
PREFIXED = re.compile(rb":(?:worksheet|sheetData|row|c|f|mergeCell)[\s/>]")


def _scan_sheet(data: bytes, facts: SheetFacts) -> None:
    """Fill in the facts of one sheet and refuse far cells."""
    cells = data.count(b'<c r="')
    rows = ROW.findall(data)
    numbers = [ROW_NUMBER.search(attributes) for attributes in rows]
    usual = (
        PREFIXED.search(data) is None
        and data.count(b"<c ") + data.count(b"<c>") + data.count(b"<c/") == cells
        and all(numbers)
    )
    formula_count = len(FORMULA.findall(data))
    formulas = FORMULA_CELL.findall(data) if formula_count else []
    if not usual or len(formulas) != formula_count:
        _scan_slowly(data, facts)
    else:
        if FAR_COLUMN.search(data):
            _refuse_far(facts.name)
        facts.last_row = max((int(number[1]) for number in numbers if number), default=0)
        if facts.last_row > MAX_ROWS or FAR_ROW.search(data):
            _refuse_long(facts.name)
        facts.hidden_rows = [int(n[1]) for n, text in zip(numbers, rows, strict=True) if n and ROW_HIDDEN.search(text)]
        for letters, number, attributes in formulas:
            _add_formula(facts, column_number(letters.decode()), int(number), _attributes(attributes).get("ref", ""))
        for attributes in COLUMN.findall(data):
            _add_column(facts, _attributes(attributes))
        for left, top, right, bottom in MERGED.findall(data):
            _add_merged(facts, (int(top), column_number(left.decode()), int(bottom), column_number(right.decode())))
        declared = DIMENSION.search(data)
        if declared:
            _add_dimension(facts, declared[1].decode(errors="replace"))
    if len(rows) > MAX_ROWS:
        _refuse_long(facts.name)


class _SlowScan:
    """The same search element by element, for files with prefixed names, comments or cells without an address."""

    def __init__(self, facts: SheetFacts) -> None:
        self.facts, self.row, self.column = facts, 0, 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        handler = getattr(self, "on_" + local, None)
        if handler is not None:
            handler(attributes)

    def on_row(self, attributes: dict[str, str]) -> None:
        self.row, self.column = _number(attributes.get("r"), self.row + 1), 0
        if self.row > MAX_ROWS:
            _refuse_long(self.facts.name)
        self.facts.last_row = max(self.facts.last_row, self.row)
        height = attributes.get("ht", "")
        if attributes.get("hidden") in {"1", "true"} or (height and not height.strip("0.")):
            self.facts.hidden_rows.append(self.row)

    def on_c(self, attributes: dict[str, str]) -> None:
        box = read_reference(attributes.get("r", ""))
        row, self.column = (box[0], box[1]) if box else (self.row, self.column + 1)
        if self.column > MAX_COLUMNS:
            _refuse_far(self.facts.name)
        if row > MAX_ROWS:
            _refuse_long(self.facts.name)

    def on_f(self, attributes: dict[str, str]) -> None:
        _add_formula(self.facts, self.column, self.row, attributes.get("ref", ""))

    def on_col(self, attributes: dict[str, str]) -> None:
        _add_column(self.facts, attributes)

    def on_mergeCell(self, attributes: dict[str, str]) -> None:  # noqa: N802  the element's own name
        _add_merged(self.facts, read_reference(attributes.get("ref", "")))

    def on_dimension(self, attributes: dict[str, str]) -> None:
        _add_dimension(self.facts, attributes.get("ref", ""))


def _scan_slowly(data: bytes, facts: SheetFacts) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = _SlowScan(facts).start
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnsafeWorkbook(f"工作表“{facts.name}”的内容损坏。请用 Excel 或 WPS 重新保存后再上传。") from error


def _add_formula(facts: SheetFacts, column: int, row: int, reference: str) -> None:
    """Note a formula; an array formula fills a whole range, though only its first cell says so."""
    facts.formulas.add((row, column))
    box = read_reference(reference)
    if box:
        for r in range(box[0], min(box[2], MAX_ROWS) + 1):
            facts.formulas.update((r, c) for c in range(box[1], min(box[3], MAX_COLUMNS) + 1))


def _add_column(facts: SheetFacts, attributes: dict[str, str]) -> None:
    if attributes.get("hidden") in {"1", "true"}:
        first, last = _number(attributes.get("min"), 1), _number(attributes.get("max"), 1)
        facts.hidden_columns.extend(range(first, min(last, MAX_COLUMNS) + 1))


def _add_merged(facts: SheetFacts, box: tuple[int, int, int, int] | None) -> None:
    if box:
        facts.merged.append((box[0], box[1], min(box[2], MAX_ROWS), min(box[3], MAX_COLUMNS)))
    if len(facts.merged) > MAX_MERGED:
        raise UnsafeWorkbook(f"工作表“{facts.name}”的合并单元格太多。请取消多余的合并再上传。")


def _add_dimension(facts: SheetFacts, reference: str) -> None:
    box = read_reference(reference)
    facts.declared_rows = box[2] if box else None


def _refuse_far(sheet: str) -> None:
    raise UnsafeWorkbook(f"工作表“{sheet}”在第 {MAX_COLUMNS} 列以外还有内容。请删去右侧多余的列再上传。")


def _refuse_long(sheet: str) -> None:
    raise UnsafeWorkbook(f"工作表“{sheet}”在第 {MAX_ROWS:,} 行以下还有内容。请删去下方多余的行，或按镇街拆开上传。")


def _attributes(text: bytes) -> dict[str, str]:
    return {name.decode(): value.decode(errors="replace") for name, value in re.findall(rb'([\w:]+)="([^"]*)"', text)}


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


@cache
def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_reference(text: str) -> tuple[int, int, int, int] | None:
    """`B3:D9` → (3, 2, 9, 4): top, left, bottom, right. None when it is no cell reference."""
    match = REFERENCE.fullmatch(text.strip())
    if match is None:
        return None
    left, top = column_number(match[1]), int(match[2])
    right, bottom = (column_number(match[3]), int(match[4])) if match[3] else (left, top)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)
