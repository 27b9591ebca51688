"""The points store in a real browser: reserved on the phone, collected at the desk, printed in the passbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import segno
from playwright.sync_api import expect

from tests.journeys.conftest import Phone, tap

pytestmark = pytest.mark.browser


def test_reserved_on_the_phone_collected_at_the_desk_printed_in_the_passbook(phone: Phone, tmp_path: Path) -> None:
    leader = phone("leader", width=320, height=640, elder=True)
    leader.goto("/store/")
    tap(leader, "食盐")
    leader.wait_for_load_state()
    tap(leader, "就约这个")
    leader.wait_for_url("**/store/reservations/**")
    code = re.sub(r"\D", "", leader.locator(".code8").inner_text())
    assert len(code) == 8
    wide = leader.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide

    desk = phone("worker", width=1280, height=800)
    desk.goto("/console/store/stores/")
    desk.get_by_role("link", name="桂花社区积分超市").click()
    desk.get_by_role("link", name="柜台", exact=True).click()
    picture = tmp_path / "code.png"
    segno.make(code, micro=False).save(str(picture), scale=8, border=4)
    desk.get_by_role("button", name="用相机扫").click()
    expect(desk.locator("#toasts")).to_contain_text("打不开相机")  # this browser has none: a picture does
    desk.locator("[data-scan-photo] input").set_input_files(picture)
    expect(desk.locator("h1, h2").filter(has_text="周桂兰").first).to_be_visible()
    desk.get_by_role("button", name="勾上的领走了").click()
    expect(desk.locator("main")).to_contain_text("领走了 2 样")  # the one of the sample district too

    desk.get_by_role("link", name="补登、印卡").click()
    desk.get_by_role("button", name="补登：印新的几行").click()
    page = desk.locator(".page").last
    expect(page).to_contain_text("兑换 食盐 × 1")
    on_paper = int(re.search(r"余额 (\d+) 分", page.inner_text())[1])  # type: ignore[index]

    leader.goto("/points/")
    expect(leader.locator("main")).to_contain_text(str(on_paper))
    leader.goto("/store/")
    expect(leader.locator("main")).to_contain_text("已领")
