"""Signs on paper: what they lead to, and that a phone reads them from two metres."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import segno
from django.test import Client

from tests.cast import Cast
from tests.homes.conftest import Homes
from volunteers.accounts.models import User
from volunteers.homes import signs
from volunteers.homes.services import add_building
from volunteers.homes.signs import Sheet

ClientFor = Callable[[User], Client]
CSS = Path(__file__).parents[2] / "frontend" / "static" / "signs.css"
LONGEST = "https://sanzhang.district.example.gov.cn/s/K7M4-2QXS/"


def test_the_symbol_holds_the_address_of_its_building(homes: Homes) -> None:
    address = signs.address_of(homes.building, "https://district.example.cn")
    assert address == f"https://district.example.cn/s/{homes.building.sign_code}/"
    made, again = signs.qr_of(address), segno.make(address, error="m", micro=False)
    assert made.matrix == again.matrix
    assert made.error in {"M", "Q", "H"}
    other = segno.make(address.replace("/s/", "/t/"), error="m", micro=False)
    assert made.matrix != other.matrix


@pytest.mark.parametrize("sheet", list(Sheet))
def test_modules_are_large_enough_for_two_metres(sheet: Sheet) -> None:
    code = signs.qr_of(LONGEST)
    module = signs.SIDE_MM[sheet] / signs.modules_of(code)
    symbol = module * (signs.modules_of(code) - 2 * signs.QUIET)
    assert symbol >= {Sheet.A4: 120, Sheet.A6: 60}[sheet]
    pixels = module * 4032 / 2650  # the whole sensor of a main camera, two metres away
    assert pixels >= 3
    assert module >= {Sheet.A4: 4, Sheet.A6: 2}[sheet]


@pytest.mark.parametrize("sheet", list(Sheet))
def test_the_drawing_and_the_style_sheet_say_the_same_millimetres(sheet: Sheet) -> None:
    drawing = signs.drawing_of(signs.qr_of(LONGEST), signs.SIDE_MM[sheet], "荷香苑 7栋")
    side = f"{signs.SIDE_MM[sheet]}mm"
    size = signs.modules_of(signs.qr_of(LONGEST))
    assert f'width="{side}" height="{side}" viewBox="0 0 {size} {size}"' in drawing
    found = re.search(rf"\.signs--{sheet} \.sign__qr {{ width: (\S+); height: (\S+); }}", CSS.read_text())
    assert found
    assert found.groups() == (side, side)


def test_what_is_on_a_sheet_fits_on_it() -> None:
    height = {
        Sheet.A4: 7 * 1.3 + 26 * 1.2 + 168 + 12 * 1.3 + 15 * 1.3,
        Sheet.A6: 4 * 1.3 + 12 * 1.2 + 88 + 6 * 1.3 + 8 * 1.3,
    }
    assert height[Sheet.A4] < 297 - 2 * 10
    assert height[Sheet.A6] < 148.5 - 2 * 5


def test_staff_print_a_building_an_estate_a_community_and_what_they_ticked(
    homes: Homes, cast: Cast, client_for: ClientFor, settings: Any
) -> None:
    settings.SIGN_BASE_URL = "https://district.example.cn/"
    for number in range(1, 6):
        add_building(uid=uuid.uuid4(), estate=homes.estate, name=f"{number}栋", acting_user=cast.worker)
    client = client_for(cast.worker)
    for query, count, sheets in (
        (f"building={homes.building.uid}", 1, 1),
        (f"estate={homes.estate.uid}", 6, 2),
        (f"community={cast.community.uid}", 6, 2),
    ):
        page = client.get(f"/console/signs/a6/?{query}").content.decode()
        assert page.count('class="sign__qr"') == count
        assert page.count('class="sheet"') == sheets
    page = client.get(f"/console/signs/a4/?estate={homes.estate.uid}").content.decode()
    assert page.count('class="sheet"') == 6
    assert homes.building.sign_code in page
    assert "扫一扫，找到您的邻长" in page
    assert page.index("1栋") < page.index("5栋") < page.index("7栋")
    ticked = client.post("/console/signs/a6/", {"uids": [str(homes.building.uid)]}).content.decode()
    assert ticked.count('class="sign__qr"') == 1
    assert "桂花社区" in client.get("/console/signs/").content.decode()
    assert client.get("/console/signs/a4/?estate=nonsense").status_code == 404
    assert client_for(cast.other_worker).get(f"/console/signs/a4/?estate={homes.estate.uid}").status_code == 404


def test_without_a_setting_the_address_is_the_one_that_was_asked(
    homes: Homes, cast: Cast, client_for: ClientFor, settings: Any, rf: Any
) -> None:
    settings.SIGN_BASE_URL = ""
    assert signs.base_of(rf.get("/console/signs/a4/")) == "http://testserver"
