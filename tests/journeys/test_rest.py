"""Signing in, the roster in the console, events and notices, in a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import ROOT, Phone, tap

pytestmark = pytest.mark.browser


def test_a_leader_signs_in_with_number_and_code(phone: Phone) -> None:
    page = phone()
    page.goto("/login/")
    page.get_by_label("手机号").fill("154 0000 0001")
    tap(page, "发验证码")
    code = page.locator("[data-demo-code]").inner_text()
    page.locator("input[autocomplete=one-time-code]").fill(re.sub(r"\D", "", code))
    page.locator("button[type=submit]:visible").last.click()
    expect(page.locator("h1")).to_contain_text("周桂兰")


def test_a_clerk_previews_confirms_and_undoes_a_roster(phone: Phone, tmp_path: Path) -> None:
    workbook = tmp_path / "roster.xlsx"
    subprocess.run(
        [sys.executable, "manage.py", "demo", "--small", "--write-roster", str(workbook)], cwd=ROOT, check=True
    )
    page = phone("district", width=1280, height=800)
    page.goto("/console/roster/")
    page.locator("input[type=file]").set_input_files(str(workbook))
    tap(page, "上传并预览")
    expect(page.locator("main")).to_contain_text("这是预览，还没有写入", timeout=30_000)
    expect(page.locator("main")).to_contain_text("有问题 0 行")


def test_a_resident_signs_up_for_an_event_and_gives_the_place_back(phone: Phone) -> None:
    page = phone("resident")
    page.goto("/events/")
    addresses = page.evaluate("Array.from(document.querySelectorAll('main a.cell'), (a) => a.getAttribute('href'))")
    for address in addresses:
        page.goto(address)
        if page.locator("button", has_text="我要参加").count():
            break
    tap(page, "我要参加")
    expect(page.locator("main")).to_contain_text("取消报名")
    tap(page, "来不了，取消报名")
    expect(page.locator(".actionbar")).to_contain_text("我要参加")


def test_a_must_read_notice_is_answered_with_one_tap(phone: Phone) -> None:
    page = phone("leader")
    page.goto("/notices/")
    page.locator("a.cell", has_text="请看一下").first.click()
    tap(page, "知道了")
    expect(page.locator("main .chip", has_text="知道了")).to_be_visible()
