"""One cell at a time: taken when there is one reading, refused when there are two or none."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.roster.books import TODAY
from volunteers.roster import normalise
from volunteers.roster.normalise import Unreadable

NUMBER = "15422220001"


@pytest.mark.parametrize(
    "cell",
    [
        *(
            NUMBER,
            15422220001.0,
            "154 2222 0001",
            "154-2222-0001",
            "154.2222.0001",
            "+86 15422220001",
            "+8615422220001",
        ),
        *(
            "0086-154-2222-0001",
            "86-15422220001",
            "8615422220001",
            "(86)15422220001",
            "１５４２２２２０００１",
            "(+86)15422220001",
        ),
        *(
            "15422220001（微信同号）",
            "15422220001微信同号",
            "15422220001 (本人)",
            "15422220001/微信",
            "15422220001\n微信同号",
        ),
        *(
            "手机：15422220001",
            "电话15422220001",
            "'15422220001",
            "\u200b15422220001\ufeff",
            "15422220001.0",
            "+86（154）22220001",
        ),
        *(
            "1.5422220001E+10",
            "15422220001/15422220001",
            "\u202d15422220001\u202c",
            "15422220001（2号楼）",
            "154\u00a02222\u00a00001",
        ),
    ],
)
def test_a_phone_number_is_read(cell: Any) -> None:
    assert normalise.phone(cell) == NUMBER


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "1542222000",
            "154222200011",
            "0000-8881234",
            "(010)88812345",
            "12422220001",
            "25422220001",
            "电话不详",
            "154****0001",
        ),
        *(
            "15422220001 15422220002",
            "15422220001/15422220002",
            "15422220001、15422220002",
            "15422220001（备用15422220002）",
        ),
        *(
            "15422220001转802",
            "15422220001/88812345",
            "女儿15422220001",
            1.5e10 + 0.5,
            True,
            (2024, 3, 1),
            "1.54222E+10",
            "015422220001",
        ),
    ],
)
def test_a_phone_number_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        normalise.phone(cell)


@pytest.mark.parametrize("cell", [None, "", " ", "/", "无", "-"])
def test_no_phone_number(cell: Any) -> None:
    assert normalise.phone(cell) == ""


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("王丽华", "王丽华"),
        (" 李  丹 ", "李丹"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("李\u3000丹", "李丹"),
        ("𠮷田", "𠮷田"),
        ("Ｌi Na", "LiNa"),
        (None, ""),
    ],
)
def test_a_name_is_read(cell: Any, name: str) -> None:
    assert normalise.person_name(cell) == name


@pytest.mark.parametrize(
    "cell", ["王丽华2", "王丽华（女）", "王丽华/李丹", "王" * 31, 12.0, True, (2024, 1, 1), "·王", "=A1", "王,李"]
)
def test_a_name_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        normalise.person_name(cell)


@pytest.mark.parametrize("cell", ["空缺", "待定", "暂缺", "无", "/", "／", " 空 缺 ", "（空缺）", "暂无"])
def test_an_empty_post_is_recognised(cell: str) -> None:
    assert normalise.is_vacant_word(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (12.0, 12),
        ("12", 12),
        ("约12户", 12),
        ("12户", 12),
        ("１２ 户", 12),
        ("12户左右", 12),
        ("共12户", 12),
        ("12.0", 12),
        (1.0, 1),
        (500.0, 500),
    ],
)
def test_households_are_read(cell: Any, number: int) -> None:
    assert normalise.households(cell) == number


@pytest.mark.parametrize(
    "cell", [None, "", 0.0, -3.0, 501.0, 10.5, "若干", "十二", "10-12户", "10余户", "一", True, (2024, 1, 1), "12人"]
)
def test_households_are_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        normalise.households(cell)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            (2024, 3, 1),
            "2024-03-01",
            "2024-3-1",
            "2024/3/1",
            "2024.3.1",
            "2024年3月1日",
            "2024年03月01号",
            "20240301",
            20240301.0,
        ),
        *(
            "2024年3月",
            "2024.3",
            "2024-03",
            "2024/3",
            "202403",
            202403.0,
            2024.3,
            45352.0,
            "45352",
            45352.75,
            "２０２４年３月",
        ),
        *(
            "2024-03-01 00:00:00",
            "2024-03-01T08:30",
            "2024 年 3 月",
            "March 2024",
            "1 Mar 2024",
            "Mar 1, 2024",
            "2024–03–01",
            "2024年3月份",
        ),
    ],
)
def test_a_date_is_read(cell: Any) -> None:
    assert normalise.appointment_date(cell, today=TODAY) == dt.date(2024, 3, 1)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "去年三月",
            "2024-02-30",
            "2024-13",
            "24.3.1",
            "1/3/2024",
            2024.0,
            "2024",
            2024.1,
            "2024年",
            "三月",
            True,
            (0, 0, 0),
            "2030-01-01",
        ),
        *("2024-00-01", "2024.3.1至今", 99999999.0, 12.0, "1900-01-01", float(10**30), -45352.0),
    ],
)
def test_a_date_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        normalise.appointment_date(cell, today=TODAY)


def test_a_day_first_date_with_one_reading_is_read() -> None:
    assert normalise.appointment_date("31/3/2024", today=TODAY) == dt.date(2024, 3, 31)


def test_serials_of_old_mac_files_count_from_1904() -> None:
    assert normalise.appointment_date(43890.0, today=TODAY, is_1904=True) == dt.date(2024, 3, 1)


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("1976.1", 1),
        ("1976.10", 10),
        (1976.2, 2),
        (1976.05, 5),
        (1976.11, 11),
        (1976.12, 12),
        (197610.0, 10),
        ("1976年10月", 10),
        ((1976, 10, 3), 10),
    ],
)
def test_a_birth_month_is_read(cell: Any, month: int) -> None:
    born = normalise.birth_date(cell, today=TODAY)
    assert born is not None
    assert (born.year, born.month) == (1976, month)


@pytest.mark.parametrize(
    "cell", [1976.1, 1976.0, 1976.13, "1976", "76.05", "七六年五月", "1905-05", "2031-01", 1976.123]
)
def test_a_birth_month_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        normalise.birth_date(cell, today=TODAY)


def test_choices_are_read_and_refused() -> None:
    assert [normalise.gender(cell) for cell in ("男", "女性", " 女 ", None)] == ["m", "f", "f", ""]
    assert [normalise.political_status(cell) for cell in ("中共预备党员", " 群 众", None)] == [
        "中共预备党员",
        "群众",
        "",
    ]
    assert [normalise.yes_or_no(cell) for cell in ("是", "√", "否", None, True)] == [True, True, False, False, True]
    for read, cell in ((normalise.gender, "1"), (normalise.political_status, "党员"), (normalise.yes_or_no, "也许")):
        with pytest.raises(Unreadable):
            read(cell)
