"""What one cell of a roster means: each function returns the value, or raises Unreadable with the reason.

A value is taken when only one reading is possible and refused when two are or none is. Messages say what is wrong and
what to do, and never quote a name or a phone number, because they are stored with the report. No Django here.
"""

import datetime as dt
import re
import unicodedata
from functools import lru_cache

from volunteers.roster.workbook import Cell

GENDERS = {"男": "m", "男性": "m", "女": "f", "女性": "f"}
POLITICAL_STATUSES = ("中共党员", "中共预备党员", "共青团员", "民主党派", "无党派人士", "群众")
VACANT_WORDS = frozenset("空缺 待定 暂缺 无 / 暂无 未定 待补 待补选 待选 待推选 空 缺 空岗 - -- — —— 无人".split())
YES = frozenset("是 有 √ ✓ ✔ ☑ Y y YES yes Yes TRUE true True 1".split())
NO = frozenset("否 无 不是 × ✗ ✘ ☐ / - N n NO no No FALSE false False 0".split())
MAX_NAME = 30
MAX_TEXT = 60
MIN_HOUSEHOLDS, MAX_HOUSEHOLDS = 1, 500
ADULT_YEARS = 18
FIRST_YEAR = 1949
FIRST_BIRTH_YEAR = 1910
EXCEL_EPOCH, MAC_EPOCH = dt.date(1899, 12, 30), dt.date(1904, 1, 1)

INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\x00-\x1f\x7f]")
MIDDLE_DOTS = str.maketrans(dict.fromkeys("•‧∙・･⋅●᛫", "·"))
HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,6}")


class Unreadable(Exception):
    """The cell has no reading, or more than one. `message` is Chinese: what is wrong, then what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def text_of(cell: Cell) -> str:
    """The cell as text in ordinary width, outer blanks removed; a whole number without `.0`. Blank gives ''."""
    if cell is None:
        return ""
    if cell.__class__ is str:
        if cell.isascii() and cell.isalnum():  # type: ignore[union-attr]  # the common case, twenty times a row
            return cell  # type: ignore[return-value]
        return INVISIBLE.sub("", unicodedata.normalize("NFKC", cell)).strip()  # type: ignore[arg-type]
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, tuple):
        return "{:04d}-{:02d}-{:02d}".format(*cell)
    return str(int(cell)) if float(cell).is_integer() else repr(cell)


@lru_cache(maxsize=20_000)
def words_of(cell: str) -> str:
    """Text with every blank inside dropped."""
    return "".join(text_of(cell).split())


@lru_cache(maxsize=20_000, typed=True)
def unit_name(cell: Cell) -> str:
    """Name of a community, area, group or neighbourhood; blanks inside dropped. Refuses dates and long texts."""
    if isinstance(cell, tuple):
        raise Unreadable("这里成了日期：请把单元格格式改为“文本”，重新填写名称。")
    if isinstance(cell, bool):
        raise Unreadable("这里不是名称：请填写名称。")
    name = words_of(cell if isinstance(cell, str) else text_of(cell))
    if len(name) > MAX_TEXT:
        raise Unreadable(f"名称超过 {MAX_TEXT} 个字：请写简短的名称。")
    return name


@lru_cache(maxsize=20_000, typed=True)
def short_text(cell: Cell) -> str:
    """Free text such as a place of work: text stays text, at most 60 characters kept."""
    return " ".join(text_of(cell).split())[:MAX_TEXT]


def is_vacant_word(cell: Cell) -> bool:
    """空缺, 待定, 暂缺, 无, / and what else people write for an empty post."""
    return isinstance(cell, str) and words_of(cell).strip("()[]【】") in VACANT_WORDS


def person_name(cell: Cell) -> str:
    """Letters and middle dot, blanks inside dropped, at most 30. '' when blank. The caller has excluded formulas."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        raise Unreadable("姓名写成了数字或日期：请填写姓名。")
    if HAN_NAME.fullmatch(cell):
        return cell
    name = "".join(text_of(cell.translate(MIDDLE_DOTS)).translate(MIDDLE_DOTS).split())
    if not name:
        return ""
    if len(name) > MAX_NAME:
        raise Unreadable(f"姓名超过 {MAX_NAME} 个字：一格只写一个人的姓名。")
    if (
        not all(letter.isalpha() or letter == "·" or unicodedata.category(letter) in {"Mn", "Mc"} for letter in name)
        or name.strip("·") != name
    ):
        raise Unreadable("姓名里有文字和间隔号以外的字符：请只写姓名，说明写到备注。")
    return name


# --- phone -----------------------------------------------------------------------------------------------------------

MOBILE = re.compile(r"1[3-9]\d{9}")
PHONE_LABEL = re.compile(
    r"^(?:本人|联系|移动)?(?:手机|电话|号码|手机号码?|电话号码|tel|mobile|phone)(?:号码)?[:.]?\s*", re.IGNORECASE
)
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-‐‑‒–—―−_.·]+(?=\d)")
COUNTRY_CODE = re.compile(r"^[\s('\"]*(?:\+|00)?\s*86[\s\-‐‑‒–—−_.·)]*(?=\(?1)|^[\s('\"]*\+\s*(?=1)")
BRACKETED = re.compile(r"[(\[【<《{][^)\]】>》}]*[)\]】>》}]?")
DIGITS = re.compile(r"\d+")
SCIENTIFIC = re.compile(r"(\d)\.(\d+)E\+?10", re.IGNORECASE)


def phone(cell: Cell) -> str:
    """A mobile number of 11 digits, 1 and then 3 to 9; '' when blank. A remark behind the number is dropped."""
    if cell is None:
        return ""
    if cell.__class__ is str and MOBILE.fullmatch(cell) and cell.isascii():  # type: ignore[arg-type, union-attr]
        return cell  # type: ignore[return-value]
    if isinstance(cell, tuple | bool) or (isinstance(cell, float) and not cell.is_integer()):
        raise Unreadable("这里不是手机号：请把单元格格式改为“文本”，填写 11 位手机号。")
    text = text_of(cell).strip("'\"`‘’“”")
    if not text or text in VACANT_WORDS:
        return ""
    return _phone_in(text)


def _phone_in(text: str) -> str:
    lost = SCIENTIFIC.fullmatch(text)
    if lost:
        text = lost[1] + lost[2]
        if len(text) < 11:
            raise Unreadable("手机号成了科学计数，后几位已经丢失：请把单元格格式改为“文本”，重新填写 11 位手机号。")
    text = COUNTRY_CODE.sub("", PHONE_LABEL.sub("", text))
    text = re.sub(r"^(\d{11})\.0+$", r"\1", text)
    text = re.sub(r"^\((\d{3})\)", r"\1", text)
    joined = BETWEEN_DIGITS.sub("", text)
    runs = [re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$)", "", run) for run in DIGITS.findall(joined)]
    mobiles = {run for run in runs if MOBILE.fullmatch(run)}
    if (
        len(mobiles) > 1
        or any(len(run) >= 18 for run in runs)
        or (mobiles and any(len(run) >= 7 and run not in mobiles for run in runs))
    ):
        raise Unreadable("一格里有两个号码：请只留一个手机号，另一个写到备注。")
    if not mobiles:
        raise Unreadable(_why_no_mobile(text, runs))
    remark = BRACKETED.sub("", joined.replace(next(iter(mobiles)), ""))
    if not joined.startswith(tuple(mobiles)) or DIGITS.search(remark):
        raise Unreadable("号码前后还有别的数字或文字，分不清哪些是手机号：请只写 11 位手机号。")
    return mobiles.pop()


def _why_no_mobile(text: str, runs: list[str]) -> str:
    digits = "".join(runs)
    if "*" in text:
        return "手机号打了星号：请填写完整的 11 位手机号。"
    if not digits:
        return "这里没有号码：请填写 11 位手机号。"
    if re.match(r"\(?0\d{2,3}\)?[\s\-]*\d{7,8}", text) or (len(digits) in {7, 8} and len(runs) == 1):
        return "这是座机号：请填写本人的 11 位手机号。"
    if len(digits) != 11:
        return f"手机号有 {len(digits)} 位数字，应为 11 位：请核对后重新填写。"
    return "手机号应以 1 开头、第二位为 3 到 9：请核对后重新填写。"


# --- numbers and choices ---------------------------------------------------------------------------------------------

HOUSEHOLDS = re.compile(r"(?:大?约|共|计)?\s*(-?\d{1,9})(?:\.0+)?\s*\(?(?:户|家|戶)?\)?\s*(?:左右)?")


@lru_cache(maxsize=5_000, typed=True)
def households(cell: Cell) -> int:
    """A whole number from 1 to 500; 约 before it and 户 behind it are dropped."""
    if cell is None or cell == "":
        raise Unreadable(f"没有填户数：请填 {MIN_HOUSEHOLDS} 到 {MAX_HOUSEHOLDS} 的整数。")
    if isinstance(cell, bool | tuple):
        raise Unreadable(f"户数不是数字：请填 {MIN_HOUSEHOLDS} 到 {MAX_HOUSEHOLDS} 的整数。")
    match = HOUSEHOLDS.fullmatch(text_of(cell))
    if match is None:
        raise Unreadable(f"户数看不出是多少：请填 {MIN_HOUSEHOLDS} 到 {MAX_HOUSEHOLDS} 的整数。")
    number = int(match[1])
    if not MIN_HOUSEHOLDS <= number <= MAX_HOUSEHOLDS:
        raise Unreadable(f"户数应在 {MIN_HOUSEHOLDS} 到 {MAX_HOUSEHOLDS} 之间：请核对后重新填写。")
    return number


@lru_cache(maxsize=1_000, typed=True)
def gender(cell: Cell) -> str:
    """`m`, `f`, or '' when blank."""
    word = words_of(text_of(cell))
    if word and word not in GENDERS:
        raise Unreadable("性别看不懂：请填“男”或“女”，也可以留空。")
    return GENDERS.get(word, "")


@lru_cache(maxsize=1_000, typed=True)
def political_status(cell: Cell) -> str:
    """One of the six names, or '' when blank."""
    word = words_of(text_of(cell))
    if word and word not in POLITICAL_STATUSES:
        raise Unreadable(f"政治面貌不在可填的范围内：请填{'、'.join(POLITICAL_STATUSES)}之一，也可以留空。")
    return word


@lru_cache(maxsize=1_000, typed=True)
def yes_or_no(cell: Cell) -> bool:
    """是 or 否 and their usual marks; blank is 否."""
    word = words_of(text_of(cell))
    if word in YES:
        return True
    if not word or word in NO:
        return False
    raise Unreadable("这里应填“是”或“否”：请改过来，说明写到备注。")


# --- dates -----------------------------------------------------------------------------------------------------------

MONTHS = {name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
DATE_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*月?(?:份)?",
        r"(?P<y>\d{4})(?P<m>\d{2})",
    )
)
DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
ENGLISH = re.compile(r"(?:(\d{1,2})[\s\-]+)?([A-Za-z]{3,9})\.?[\s,\-]+(?:(\d{1,2})(?:st|nd|rd|th)?[\s,]+)?(\d{4})")
TIME_OF_DAY = re.compile(r"[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z)?$")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
ASK_DATE = "请写成 2024-03-01 或 2024年3月的样子。"
ASK_MONTH = "请写成 1976年10月 或 1976-10 的样子。"


@lru_cache(maxsize=20_000, typed=True)
def _day(cell: Cell, is_1904: bool) -> tuple[dt.date, bool]:
    """The date in a cell, and whether its day was said: a month gives its first. Raises ValueError or Unreadable."""
    if isinstance(cell, tuple):
        return dt.date(*cell), True
    if isinstance(cell, bool) or cell is None:
        raise ValueError
    if isinstance(cell, float | int):
        return _day_in_number(float(cell), is_1904)
    text = TIME_OF_DAY.sub("", text_of(cell).translate(DASHES)).strip("'\"")
    if text.isdigit() and len(text) == 5:
        return _day_in_number(float(text), is_1904)
    for form in DATE_FORMS:
        match = form.fullmatch(text)
        if match:
            parts = match.groupdict()
            return dt.date(int(parts["y"]), int(parts["m"]), int(parts.get("d") or 1)), parts.get("d") is not None
    return _day_in_foreign_form(text)


def _day_in_number(number: float, is_1904: bool) -> tuple[dt.date, bool]:
    """20240301, 202403, a spreadsheet serial, or a year and month that became the fraction of a number."""
    if number.is_integer():
        whole = int(number)
        if 10_000 <= whole < 100_000:
            return (MAC_EPOCH if is_1904 else EXCEL_EPOCH) + dt.timedelta(days=whole), True
        if 190_000 <= whole < 220_000:
            return dt.date(whole // 100, whole % 100, 1), False
        if 19_000_000 <= whole < 22_000_000:
            return dt.date(whole // 10_000, whole // 100 % 100, whole % 100), True
        raise ValueError
    year, _, month = repr(number).partition(".")
    if len(year) == 5 and year.isdigit():  # a serial with a time of day
        return _day_in_number(float(int(number)), is_1904)
    if len(year) != 4 or len(month) > 2:
        raise ValueError
    if month == "1":
        raise Unreadable(f"存成了数字，末尾的 0 可能丢失，分不清 1 月还是 10 月：请把单元格格式改为“文本”，{ASK_MONTH}")
    return dt.date(int(year), int(month), 1), False


def _day_in_foreign_form(text: str) -> tuple[dt.date, bool]:
    """31/3/2024 has one reading, 1/3/2024 has two; October 2021 has one."""
    match = DAY_FIRST.fullmatch(text)
    if match:
        readings = set()
        for day, month in ((match[1], match[2]), (match[2], match[1])):
            if int(month) <= 12:
                readings.add(dt.date(int(match[3]), int(month), int(day)))
        if len(readings) == 2:
            raise Unreadable(f"分不清哪个是月、哪个是日：{ASK_DATE}")
        return readings.pop(), True
    match = ENGLISH.fullmatch(text)
    month = MONTHS.get(match[2][:3].lower()) if match else None
    if match is None or month is None or (match[1] and match[3]):
        raise ValueError
    day_text = match[1] or match[3]
    return dt.date(int(match[4]), month, int(day_text or 1)), bool(day_text)


def appointment_date(cell: Cell, *, today: dt.date, is_1904: bool = False) -> dt.date | None:
    """任职日期; a year and month means its first day; None when blank. Refuses the future and days that never were."""
    if cell is None or (isinstance(cell, str) and not text_of(cell)):
        return None
    try:
        day, _ = _day(cell, is_1904)
    except (ValueError, KeyError, OverflowError) as error:
        raise Unreadable(f"任职日期看不懂，或这一天不存在：{ASK_DATE}") from error
    if day > today:
        raise Unreadable("任职日期在今天以后：请核对，到任后再填。")
    if day.year < FIRST_YEAR:
        raise Unreadable(f"任职日期早得不合常理：请核对，{ASK_DATE}")
    return day


def birth_date(cell: Cell, *, today: dt.date, is_1904: bool = False) -> dt.date | None:
    """出生年月: the day when it was written, else the first of the month; None when blank."""
    if cell is None or (isinstance(cell, str) and not text_of(cell)):
        return None
    try:
        day, _ = _day(cell, is_1904)
    except (ValueError, KeyError, OverflowError) as error:
        raise Unreadable(f"出生年月看不懂，或不存在：{ASK_MONTH}") from error
    if not day.year >= FIRST_BIRTH_YEAR or day > today:
        raise Unreadable(f"出生年月不合常理：请核对，{ASK_MONTH}")
    return day


def is_adult(born_on: dt.date, on: dt.date) -> bool:
    """Leaders are 18 on the day of appointment (domain.md section 6)."""
    return (on.year - born_on.year, on.month, on.day) >= (ADULT_YEARS, born_on.month, born_on.day)
