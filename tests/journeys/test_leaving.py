"""A12 in a browser: leaving, with what ends at midnight and what stays."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import CHINA, Desk, SiteAt, tap

pytestmark = pytest.mark.browser
LEADER = "154 0000 0001"


def test_a_leader_steps_down_and_takes_her_data_along(browser: Browser, site_at: SiteAt, tmp_path: Path) -> None:
    now = dt.datetime.now(CHINA)
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), CHINA)
    with site_at(now) as url:
        phone = Desk(browser, url).phone(LEADER)
        homes = int(re.findall(r"(\d+) 户", phone.locator("main").inner_text())[0])
        phone.goto("/points/")
        points = phone.locator("main").inner_text()
        phone.goto("/posts/mine/")
        tap(phone, "不再担任")
        expect(phone.locator("main")).to_contain_text("90 天")
        for box in phone.locator("main textarea:visible").all():
            box.fill("搬去和女儿住")
        tap(phone, "确定卸任")
        phone.wait_for_load_state()
        phone.goto("/tasks/")
        expect(phone.locator("main a[href^='/tasks/']").first).to_be_visible()  # until midnight all is as before
    with site_at(midnight + dt.timedelta(minutes=1)) as url:
        desk = Desk(browser, url)
        phone, worker = desk.phone(LEADER), desk.sit("worker")
        phone.goto("/homes/")
        expect(phone.locator("body")).not_to_contain_text("户亮着灯")
        worker.goto("/console/vacancies/")
        row = worker.locator(".listing tbody tr", has_text="第3组").filter(has_text=str(homes))
        expect(row.first).to_be_visible()
        phone.goto("/points/")
        assert re.findall(r"\d+", points)[0] in phone.locator("main").inner_text()
        take_a_copy(phone, tmp_path)
        delete_myself(phone)
        again = browser.new_context(base_url=url, locale="zh-CN").new_page()
        again.goto("/login/")
        again.get_by_label("手机号").fill(LEADER)
        tap(again, "发验证码")
        expect(again.locator("body")).not_to_contain_text("周桂兰")
        worker.goto("/console/people/?q=zgl")
        expect(worker.locator("main")).to_contain_text("没有符合条件的")


def take_a_copy(phone: Page, folder: Path) -> None:
    """The copy is a file with readable words in it."""
    phone.goto("/me/data/")
    with phone.expect_download(timeout=60_000) as waiting:
        tap(phone, "存一份到手机")
    path = folder / "copy.zip"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as kept:
        words = "".join(kept.read(name).decode("utf-8", "replace") for name in kept.namelist())
    assert "周桂兰" in words
    assert "15400000001" in words.replace(" ", "")


def delete_myself(phone: Page) -> None:
    """Warned first of what is lost; then it is done."""
    phone.goto("/me/data/delete/")
    for box in phone.locator("main input[type=checkbox]:visible").all():
        box.check()
    tap(phone, "删除，删了找不回来")
    expect(phone.locator("main")).to_contain_text("已经删掉了")
