"""From the sheets of a workbook to a verdict on every row: taken, taken with the post empty, or refused with reasons.

The rules are those of domain.md and of real rosters: only merged ranges carry down, a number with two names refuses all
its rows, a neighbourhood named twice keeps its first row, leaders are adults. No Django here.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from volunteers.roster import normalise
from volunteers.roster.columns import Field, Header, find_header, header_text
from volunteers.roster.normalise import Unreadable
from volunteers.roster.workbook import Cell, Sheet

OK, VACANT, ERROR = "ok", "vacant", "error"
ROLES = ("area", "group", "leader")
ROLE_TEXT = {"area": "片长", "group": "组长", "leader": "邻长"}
TOTAL_WORD = re.compile(r"^(?:合计|总计|小计|共计|累计|总数|汇总)|(?:合计|小计|总计)[:：]?$")
REMARK_WORD = re.compile(
    r"^(?:备注|说明|注|填表|制表|审核|填报|联系人|单位负责人|报送|统计时间|填写说明|日期|附)[^:：]{0,8}[:：]|^(?:备注|说明|填表说明|注意)"
)
STREET_IN_TITLE = re.compile(r"^(.{1,12}?(?:街道办事处|街道|办事处|镇|乡))")
DEFAULT_SHEET = re.compile(r"(?:sheet|工作表|表)\s*\d*", re.IGNORECASE)
CARRYING = frozenset(
    {
        Field.NEIGHBOURHOOD,
        Field.LEADER_NAME,
        Field.LEADER_PHONE,
        Field.COMMUNITY,
        Field.AREA,
        Field.GROUP,
        Field.HOUSEHOLDS,
    }
    | {Field.AREA_NAME, Field.AREA_PHONE, Field.GROUP_NAME, Field.GROUP_PHONE}
)
OWN = (Field.NEIGHBOURHOOD, Field.LEADER_NAME, Field.LEADER_PHONE)


@dataclass(slots=True)
class Post:
    """One filled or empty role as the roster says it; `phone` is '' for an empty post."""

    name: str = ""
    phone: str = ""
    gender: str = ""
    born_on: dt.date | None = None
    political_status: str = ""
    is_cadre: bool = False
    employer: str = ""
    title: str = ""
    since: dt.date | None = None

    @property
    def is_vacant(self) -> bool:
        """Nobody holds it."""
        return not self.name


NOBODY = Post()
HEAD_DEPTHS = (("area", 3), ("group", 4))


@dataclass(slots=True)
class Row:
    """One row of the roster with everything it says. `number` is Excel's own; an unsaid post is None."""

    sheet: str
    number: int
    street: str = ""
    community: str = ""
    area: str = ""
    group: str = ""
    neighbourhood: str = ""
    place: str = ""
    households: int | None = None
    posts: dict[str, Post | None] = field(default_factory=dict)
    verdict: str = OK
    faults: dict[str, str] = field(default_factory=dict)

    def refuse(self, column: str, message: str) -> None:
        """Refuse the row for this column; the first reason of a column stands."""
        self.faults.setdefault(column, message)
        self.verdict = ERROR

    @property
    def path(self) -> tuple[str, str, str, str, str]:
        """Names from the street down to the neighbourhood."""
        return self.street, self.community, self.area, self.group, self.neighbourhood


@dataclass(slots=True)
class SheetNote:
    """What the console says about a sheet besides its rows."""

    sheet: str
    declared_rows: int | None
    read_rows: int
    hidden_columns: list[str]
    is_hidden: bool


@dataclass(slots=True)
class Verdicts:
    """Everything a workbook said."""

    rows: list[Row]
    skipped_sheets: list[str]
    hidden: list[dict[str, Any]]
    notes: list[SheetNote]
    headers: dict[str, Header]
    sheets: dict[str, Sheet]

    @property
    def good(self) -> list[Row]:
        """Rows that would be taken."""
        return [row for row in self.rows if row.verdict != ERROR]

    @property
    def faulty(self) -> list[Row]:
        """Rows that are refused."""
        return [row for row in self.rows if row.verdict == ERROR]

    def counts(self) -> dict[str, int]:
        """Rows by verdict."""
        found = {OK: 0, VACANT: 0, ERROR: 0}
        for row in self.rows:
            found[row.verdict] += 1
        return found

    def totals(self) -> dict[str, int]:
        """Units, declared households and filled roles of the rows that would be taken."""
        units: list[set[tuple[str, ...]]] = [set() for _ in range(5)]
        filled: set[tuple[str, ...]] = set()
        households = leaders = 0
        for row in self.good:
            households += row.households or 0
            path = row.path
            leaders += not (row.posts["leader"] or NOBODY).is_vacant
            units[4].add(path)
            if path[:4] in units[3] and path[:4] in filled and path[:3] in filled:
                continue  # another neighbourhood of a group that is counted already
            for depth in range(4):
                units[depth].add(path[: depth + 1])
            filled.update(path[:depth] for role, depth in HEAD_DEPTHS if not (row.posts[role] or NOBODY).is_vacant)
        names = ("streets", "communities", "areas", "groups", "neighbourhoods")
        totals = {name: len(found) for name, found in zip(names, units, strict=True)}
        return {**totals, "households": households, "leaders": leaders + len(filled)}

    def report(self, *, only_faulty: bool = False) -> dict[str, Any]:
        """The report as JSON-ready data: totals, skipped sheets, hidden rows, one verdict a row."""
        return {
            "totals": self.totals(),
            "skipped_sheets": self.skipped_sheets,
            "hidden": self.hidden,
            "rows": [
                {
                    "sheet": row.sheet,
                    "row": row.number,
                    "verdict": row.verdict,
                    "columns": list(row.faults),
                    "messages": list(row.faults.values()),
                }
                for row in (self.faulty if only_faulty else self.rows)
            ],
        }


def judge(sheets: Iterable[Sheet], *, today: dt.date) -> Verdicts:
    """Judge every row of every sheet that has a header; then what only several rows together can show."""
    found = Verdicts([], [], [], [], {}, {})
    for sheet in sheets:
        header = find_header(sheet)
        if header is None:
            found.skipped_sheets.append(sheet.name)
            if sheet.hidden_rows or sheet.is_hidden:
                found.hidden.append({"sheet": sheet.name, "rows": _hidden_rows(sheet)})
            continue
        found.headers[sheet.name] = header
        found.sheets[sheet.name] = sheet
        reader = _SheetJudge(sheet, header, today)
        found.rows.extend(reader.rows())
        hidden = _hidden_rows(sheet)
        if hidden:
            found.hidden.append({"sheet": sheet.name, "rows": hidden})
        columns = [header.texts[c - 1] for c in sheet.hidden_columns if c <= len(header.texts) and header.texts[c - 1]]
        found.notes.append(SheetNote(sheet.name, sheet.declared_rows, sheet.read_rows, columns, sheet.is_hidden))
    _refuse_numbers_with_two_names(found)
    _refuse_units_named_twice(found)
    return found


def _hidden_rows(sheet: Sheet) -> list[int]:
    """Excel's numbers of the rows that a reader of the file would not see and that hold something."""
    last = len(sheet.rows)
    hidden = range(1, last + 1) if sheet.is_hidden else sheet.hidden_rows
    return [n for n in hidden if n <= last and any(cell is not None for cell in sheet.rows[n - 1])]


class _SheetJudge:
    """Reads the rows of one sheet; remembers what merged cells repeat: a roster says each area leader forty times.

    Every row gets one blank cell at its end, so that a column the sheet does not have is simply place -1.
    """

    def __init__(self, sheet: Sheet, header: Header, today: dt.date) -> None:
        self.sheet, self.header = sheet, header
        self.today, self.dates = today, {"today": today, "is_1904": sheet.is_1904}
        width = max((len(row) for row in sheet.rows), default=0)
        for row in sheet.rows:
            row.extend([None] * (width + 1 - len(row)))
        self.missing = [header.name_of(missing) for missing in header.missing]
        self.own = self._places(OWN)
        self.carrying = sorted({place for place in self._places(CARRYING) if place >= 0})
        self.post_places = {role: self._places(fields) for role, fields in POST_FIELDS.items()}
        self.unit_places = self._places(UNIT_FIELDS)
        self.estate, self.building, self.households = self._places((Field.ESTATE, Field.BUILDING, Field.HOUSEHOLDS))
        self.posts: dict[tuple[Any, ...], tuple[Post | None, dict[str, str]]] = {}
        self.street = self._street_of_sheet()

    def _places(self, fields: Iterable[Field]) -> tuple[int, ...]:
        return tuple(self.header.places.get(wanted, -1) for wanted in fields)

    def rows(self) -> Iterator[Row]:
        """Every row that carries something, judged by itself."""
        numbers = [i for i in range(self.header.first_row, len(self.sheet.rows)) if self._carries(i)]
        self._carry_merged_cells_down()
        for index in numbers:
            yield self._row(index)

    def _street_of_sheet(self) -> str:
        """One sheet a street: the sheet's own name, or the title's first words where the sheet has no real name."""
        name = normalise.words_of(self.sheet.name)
        if STREET_IN_TITLE.fullmatch(name) or not DEFAULT_SHEET.fullmatch(name):
            return name
        for row in self.sheet.rows[: self.header.first_row]:
            for cell in row:
                match = STREET_IN_TITLE.match(normalise.words_of(cell)) if isinstance(cell, str) else None
                if match:
                    return match[1]
        return ""

    def _carries(self, index: int) -> bool:
        """Whether the row says anything: not blank, no title, no totals, no remark, no repeated header."""
        cells, formulas = self.sheet.rows[index], self.sheet.formulas
        own = sum(not _is_blank(cells[p]) or (index + 1, p + 1) in formulas for p in self.own if p >= 0)
        if not own and all(_is_blank(cells[p]) and (index + 1, p + 1) not in formulas for p in self.carrying):
            return False
        first_cell = next((cell for cell in cells if not _is_blank(cell)), None)
        first = normalise.words_of(first_cell) if isinstance(first_cell, str) else ""
        if own > 1 and not first:
            return True
        filled = [c for c, cell in enumerate(cells) if not _is_blank(cell)]
        if first and TOTAL_WORD.match(first):
            return False
        if own < 2:
            if any(
                isinstance(cells[c], str) and TOTAL_WORD.search(normalise.words_of(str(cells[c]))) for c in filled[:4]
            ):
                return False
            if REMARK_WORD.match(first) or (len(filled) == 1 and (not own or len(first) > normalise.MAX_TEXT)):
                return False
        texts = self.header.texts
        return (
            not first
            or sum(c < len(texts) and texts[c] != "" and header_text(cells[c]) == texts[c] for c in filled) < 3
        )

    def _carry_merged_cells_down(self) -> None:
        rows, formulas = self.sheet.rows, self.sheet.formulas
        width = len(rows[0]) - 1 if rows else 0
        for top, left, bottom, _ in self.sheet.merged:
            if bottom == top or top > len(rows) or left > width:
                continue
            value = rows[top - 1][left - 1]
            for row in rows[max(top, self.header.first_row) : bottom]:
                row[left - 1] = value
            if (top, left) in formulas:
                formulas.update((number, left) for number in range(top + 1, min(bottom, len(rows)) + 1))

    def _row(self, index: int) -> Row:
        row = Row(self.sheet.name, index + 1)
        for name in self.missing:
            row.refuse(name, f"表头里没有“{name}”这一列：请补上这一列再上传。")
        cells = self.sheet.rows[index]
        self._read_units(row, cells)
        for role in ROLES:
            post, faults = self._post(role, index)
            row.posts[role] = post
            for column, message in faults.items():
                row.refuse(column, message)
        leader = row.posts["leader"]
        if row.verdict == OK and (leader is None or leader.is_vacant):
            row.verdict = VACANT
        return row

    def _read_units(self, row: Row, cells: list[Cell]) -> None:
        names = ["", "", "", "", ""]
        for depth, place in enumerate(self.unit_places):
            try:
                names[depth] = normalise.unit_name(cells[place])
            except Unreadable as problem:
                row.refuse(self.header.texts[place], problem.message)
                continue
            if not names[depth] and depth and place >= 0:
                row.refuse(self.header.texts[place], "这里空着：请填写名称；只有合并的单元格才会向下沿用。")
        names[0] = names[0] or self.street
        if not names[0]:
            name = self.header.names.get(Field.STREET, "镇街")
            row.refuse(name, "看不出属于哪个镇街：请把工作表改名为镇街名称，或加上“镇街”一列。")
        row.street, row.community, row.area, row.group, row.neighbourhood = names
        parts = (normalise.short_text(cells[self.estate]), normalise.short_text(cells[self.building]))
        row.place = " ".join(part for part in parts if part)[:80]
        if self.households >= 0:
            try:
                row.households = normalise.households(cells[self.households])
            except Unreadable as problem:
                row.refuse(self.header.texts[self.households], problem.message)

    def _post(self, role: str, index: int) -> tuple[Post | None, dict[str, str]]:
        """The post of one role in a row and its faults by column; remembered for area and group leaders."""
        cells, places = self.sheet.rows[index], self.post_places[role]
        is_formula = bool(self.sheet.formulas) and (index + 1, places[0] + 1) in self.sheet.formulas
        said = [cells[place] for place in places]
        if role == "leader":
            return self._read_post(role, said, is_formula)
        key = (role, is_formula, *said)
        if key not in self.posts:
            self.posts[key] = self._read_post(role, said, is_formula)
        return self.posts[key]

    def _read_post(self, role: str, said: list[Cell], is_formula: bool) -> tuple[Post | None, dict[str, str]]:
        """Read the nine cells of a post, in the order of ATTRIBUTES."""
        places, texts = self.post_places[role], self.header.texts
        faults: dict[str, str] = {}

        def read(attribute: int, reader: Callable[..., Any], **options: Any) -> Any:
            if said[attribute] is None:
                return "" if attribute < NAME_AND_PHONE else None
            try:
                return reader(said[attribute], **options)
            except Unreadable as problem:
                faults[texts[places[attribute]]] = problem.message
                return None

        if is_formula:
            faults[texts[places[0]]] = "姓名是公式：请改为直接写上姓名。"
            name = None
        elif normalise.is_vacant_word(said[0]):
            return Post(), {}
        else:
            name = read(0, normalise.person_name)
        phone = read(1, normalise.phone)
        if name == "" and phone == "":
            return (Post() if places[0] >= 0 else None), {}
        if name == "" and places[0] >= 0:
            faults[texts[places[0]]] = f"有电话却没有{ROLE_TEXT[role]}姓名：请补上姓名；岗位空缺请写“空缺”。"
        elif phone == "" and places[1] >= 0:
            faults[texts[places[1]]] = f"没有{ROLE_TEXT[role]}电话：请补上本人的 11 位手机号。"
        post = Post(
            name or "",
            phone or "",
            read(2, normalise.gender) or "",
            read(3, normalise.birth_date, **self.dates),
            read(4, normalise.political_status) or "",
            bool(read(5, normalise.yes_or_no)),
            normalise.short_text(said[6]),
            normalise.short_text(said[7])[:40],
            read(8, normalise.appointment_date, **self.dates),
        )
        if post.born_on and not normalise.is_adult(post.born_on, post.since or self.today):
            faults[texts[places[3]]] = "任职时不满 18 周岁：请核对出生年月和任职日期；未成年人不能任职。"
        return post, faults


def _is_blank(cell: Cell) -> bool:
    return cell is None or (cell.__class__ is str and not cell.strip())  # type: ignore[union-attr]


ATTRIBUTES = ("name", "phone", "gender", "born", "political", "cadre", "employer", "title", "since")
POST_FIELDS = {role: tuple(Field(f"{role}.{attribute}") for attribute in ATTRIBUTES) for role in ROLES}
NAME_AND_PHONE = 2
UNIT_FIELDS = (Field.STREET, Field.COMMUNITY, Field.AREA, Field.GROUP, Field.NEIGHBOURHOOD)


# --- what only several rows together show ----------------------------------------------------------------------------


def _refuse_numbers_with_two_names(found: Verdicts) -> None:
    """A number with two names: nobody knows whose it is, so all its rows are refused."""
    names: dict[str, str] = {}
    shared: set[str] = set()
    for row in found.rows:
        for post in row.posts.values():
            if post is not None and post.phone and post.name and names.setdefault(post.phone, post.name) != post.name:
                shared.add(post.phone)
    if not shared:
        return
    places: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row in found.rows:
        for role, post in row.posts.items():
            if post is not None and post.phone in shared and post.name:
                places[post.phone].append((row, role))
    for uses in places.values():
        for row, role in uses:
            own = row.posts[role]
            other = next((r for r, o in uses if (p := r.posts[o]) and own and p.name != own.name), row)
            where = f"第 {other.number} 行" if other.sheet == row.sheet else f"“{other.sheet}”第 {other.number} 行"
            row.refuse(
                found.headers[row.sheet].name_of(Field(f"{role}.phone")),
                f"同一个号码写了两个姓名（另见{where}）：请核对号码是谁的，改正后重新上传。",
            )


def _refuse_units_named_twice(found: Verdicts) -> None:
    """A neighbourhood twice in its group: the first stands. So for a second, different leader of an area or group."""
    seen: dict[tuple[str, ...], Row] = {}
    heads: dict[tuple[str, ...], tuple[Row, Post]] = {}
    for row in found.rows:
        path, header = row.path, found.headers[row.sheet]
        if all(path):
            first = seen.setdefault(path, row)
            if first is not row:
                where = f"第 {first.number} 行" if first.sheet == row.sheet else f"“{first.sheet}”第 {first.number} 行"
                message = f"这个邻在本组里已经有了（{where}）：请删去重复的一行，或改正邻名称。"
                row.refuse(header.name_of(Field.NEIGHBOURHOOD), message)
        for role, depth, unit in (("area", 3, "片"), ("group", 4, "组")):
            post = row.posts[role]
            if post is None or not all(path[:depth]):
                continue
            head_row, head = heads.setdefault((role, *path[:depth]), (row, post))
            if (
                head is not post
                and (head.name, head.phone) != (post.name, post.phone)
                and head.name != ""
                and post.phone
            ):
                message = f"同一个{unit}前面（第 {head_row.number} 行）写的是另一位{ROLE_TEXT[role]}：一个{unit}只能有一位，请改成一致。"
                changed = Field(f"{role}.name") if head.name != post.name else Field(f"{role}.phone")
                row.refuse(header.name_of(changed), message)
