"""Find the header of a sheet and say which column holds what, whatever the order and the wording. No Django here.

A header may stand in any of the first 15 rows, and may take two rows (片长 over 姓名 and 电话). Where a sheet writes
plain 姓名 and 电话 several times, the column of the unit before it decides whose they are.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from volunteers.roster.workbook import Cell, Sheet

HEADER_WITHIN = 15
MIN_FIELDS = 4


class Field(Enum):
    """What a column can mean."""

    SERIAL = "serial"
    STREET = "street"
    COMMUNITY = "community"
    ESTATE = "estate"
    AREA = "area"
    GROUP = "group"
    NEIGHBOURHOOD = "neighbourhood"
    BUILDING = "building"
    HOUSEHOLDS = "households"
    REMARK = "remark"
    AREA_NAME = "area.name"
    AREA_PHONE = "area.phone"
    AREA_TITLE = "area.title"
    AREA_GENDER = "area.gender"
    AREA_BORN = "area.born"
    AREA_POLITICAL = "area.political"
    AREA_CADRE = "area.cadre"
    AREA_EMPLOYER = "area.employer"
    AREA_SINCE = "area.since"
    GROUP_NAME = "group.name"
    GROUP_PHONE = "group.phone"
    GROUP_TITLE = "group.title"
    GROUP_GENDER = "group.gender"
    GROUP_BORN = "group.born"
    GROUP_POLITICAL = "group.political"
    GROUP_CADRE = "group.cadre"
    GROUP_EMPLOYER = "group.employer"
    GROUP_SINCE = "group.since"
    LEADER_NAME = "leader.name"
    LEADER_PHONE = "leader.phone"
    LEADER_TITLE = "leader.title"
    LEADER_GENDER = "leader.gender"
    LEADER_BORN = "leader.born"
    LEADER_POLITICAL = "leader.political"
    LEADER_CADRE = "leader.cadre"
    LEADER_EMPLOYER = "leader.employer"
    LEADER_SINCE = "leader.since"


REQUIRED = {
    Field.COMMUNITY: "社区",
    Field.AREA: "片区名称",
    Field.GROUP: "组名称",
    Field.NEIGHBOURHOOD: "邻名称",
    Field.LEADER_NAME: "邻长姓名",
    Field.LEADER_PHONE: "邻长电话",
}
UNIT_WORDS = {
    Field.SERIAL: "序号 编号 序 号 no no.",
    Field.STREET: "街道 镇街 街镇 乡镇 镇 街道名称 镇街名称 乡镇街道 街道乡镇 镇街道 所属街道 所属镇街 所在街道 所在镇街 街道办 街道/镇 街道(镇) 镇(街道)",
    Field.COMMUNITY: "社区 社区名称 村社区 村 社区村 村居 所属社区 所在社区 社区(村) 村(社区) 村/社区 社区/村 社区居委会 居委会",
    Field.ESTATE: "小区 小区名称 所属小区 所在小区 居住小区 小区(自然村) 住宅小区",
    Field.AREA: "片 片区 片名 片名称 片区名称 片区名 所属片 所属片区 所在片区 片区编号 片号",
    Field.GROUP: "组 组名 组名称 小组 小组名称 所属组 所属小组 所在组 组别 组号 组编号 居民小组",
    Field.NEIGHBOURHOOD: "邻 邻名 邻名称 邻里 邻里名称 所属邻 所在邻 邻号 邻编号 邻组名称 邻别",
    Field.BUILDING: "楼栋单元 楼栋 楼号 楼栋号 单元 楼栋/单元 楼栋及单元 楼栋单元号 栋单元 门栋 楼幢 幢单元 覆盖楼栋 联系楼栋",
    Field.HOUSEHOLDS: "户数 联系户数 户数(户) 住户数 家庭户数 联系户 覆盖户数 总户数 包联户数 联户数 服务户数",
    Field.REMARK: "备注 说明 附注 备考",
}
ROLE_WORDS = {
    "area": "片长 片区长 片区负责人",
    "group": "组长 小组长",
    "leader": "邻长 邻里长 邻组长",
}
ATTRIBUTE_WORDS = {
    "name": "姓名 名字 名单 人员姓名",
    "phone": "电话 联系电话 手机 手机号 手机号码 电话号码 联系方式 联系手机 联系号码 移动电话 手机电话 号码 联系人电话",
    "title": "职务 身份 社区职务 现任职务 担任职务 职务名称 单位职务",
    "gender": "性别",
    "born": "出生年月 出生日期 生日 出生月份 出生年月日 出生时间 出生",
    "political": "政治面貌 面貌 政治身份",
    "cadre": "机关党员干部 是否机关党员干部 是否机关干部 机关干部 是否为机关党员干部 机关党员",
    "employer": "工作单位 单位 所在单位 单位名称 工作单位名称",
    "since": "任职日期 任职时间 上任日期 上任时间 任职年月 聘任日期 聘任时间 聘用日期 担任时间 任职起始日期 任职开始日期 起任日期",
}
HOMES = {Field.AREA: "area", Field.GROUP: "group", Field.NEIGHBOURHOOD: "leader"}
NOISE = re.compile(r"[\s*:﹡★☆.。、_\-—]|\((?:必填|选填|可选|必须|盖章)\)")
BRACKETS = re.compile(r"[()\[\]【】<>《》]")
IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, Field | str]:
    """Every wording → a field, or the bare attribute (`name`) whose owner the place in the sheet decides."""
    words: dict[str, Field | str] = {}
    for field, text in UNIT_WORDS.items():
        words.update(dict.fromkeys(text.split(), field))
    for attribute, text in ATTRIBUTE_WORDS.items():
        for word in text.split():
            words[word] = attribute
            for role, roles in ROLE_WORDS.items():
                for holder in roles.split():
                    words[holder + word] = words[holder + "的" + word] = Field(f"{role}.{attribute}")
    for role, roles in ROLE_WORDS.items():
        words.update(dict.fromkeys(roles.split(), Field(f"{role}.name")))
    return words


def header_text(cell: Cell) -> str:
    """The header's own name of a column, as people would quote it: outer blanks and line breaks removed."""
    return re.sub(r"[\r\n\t]+", "", cell).strip() if isinstance(cell, str) else ""


def _meaning(text: str) -> Field | str | None:
    plain = NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()
    words = _dictionary()
    for wording in (plain, BRACKETS.sub("", plain), IN_BRACKETS.sub("", plain)):
        found = words.get(wording)
        if found is not None:
            return found
    return None


@dataclass(slots=True)
class Header:
    """Which column (from 0) holds which field, what the sheet calls it, and the first row after the header."""

    places: dict[Field, int]
    names: dict[Field, str]
    first_row: int
    texts: list[str]

    def name_of(self, field: Field) -> str:
        """The header's own name; for a column that is not there, its usual one."""
        return self.names.get(field) or REQUIRED.get(field) or field.value

    @property
    def missing(self) -> list[Field]:
        """Required columns that the sheet does not have."""
        return [field for field in REQUIRED if field not in self.places]


def find_header(sheet: Sheet) -> Header | None:
    """The best header among the first 15 rows, alone or together with the row below it; None when there is none."""
    best: Header | None = None
    for index in range(min(HEADER_WITHIN, len(sheet.rows))):
        for texts, height in _candidates(sheet, index):
            header = _read(texts, index + height)
            if header and (best is None or len(header.places) > len(best.places)):
                best = header
    return best


def _candidates(sheet: Sheet, index: int) -> list[tuple[list[str], int]]:
    top = [header_text(cell) for cell in sheet.rows[index]]
    found = [(top, 1)]
    if index + 1 < len(sheet.rows):
        over = list(top)
        for first_row, left, last_row, right in sheet.merged:
            if first_row == index + 1 == last_row and right > left and left <= len(over):
                over[left - 1 : right] = [over[left - 1]] * (min(right, len(over)) - left + 1)
        below = [header_text(cell) for cell in sheet.rows[index + 1]]
        below += [""] * (len(over) - len(below))
        both = [_joined(a, b) for a, b in zip(over, below, strict=False)]
        if both != top:
            found.append((both, 2))
    return found


def _joined(over: str, below: str) -> str:
    """片长 over 电话 reads 片长电话; a title that spans the sheet adds nothing."""
    if not over or not below or over == below:
        return over or below
    return over + below if isinstance(_meaning(over + below), Field) else below


def _read(texts: list[str], first_row: int) -> Header | None:
    meanings = [_meaning(text) if text else None for text in texts]
    places: dict[Field, int] = {}
    bare: list[tuple[int, str]] = []
    for column, meaning in enumerate(meanings):
        if isinstance(meaning, Field):
            places.setdefault(meaning, column)
        elif meaning is not None:
            bare.append((column, meaning))
    _settle_bare(places, bare)
    if len(places) < MIN_FIELDS or not {Field.NEIGHBOURHOOD, Field.LEADER_NAME} & places.keys():
        return None
    return Header(places, {field: texts[column] for field, column in places.items()}, first_row, texts)


def _settle_bare(places: dict[Field, int], bare: list[tuple[int, str]]) -> None:
    """Give each bare attribute its owner: the neighbour leader when it stands once, else the unit before it."""
    count: dict[str, int] = {}
    for _, attribute in bare:
        count[attribute] = count.get(attribute, 0) + 1
    for column, attribute in bare:
        owner = "leader"
        if count[attribute] > 1 or Field(f"leader.{attribute}") in places:
            before = [(place, HOMES[field]) for field, place in places.items() if field in HOMES and place < column]
            owner = max(before)[1] if before else "leader"
        places.setdefault(Field(f"{owner}.{attribute}"), column)
