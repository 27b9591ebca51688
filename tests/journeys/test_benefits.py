"""Scenario A7 in a real browser: a barber twice, a pharmacy's coupon, a check-up whose places are gone, a refusal."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Phone, tap

pytestmark = [pytest.mark.browser, pytest.mark.everywhere]

PHARMACY = "15400000501"  # Who verifies there in the sample district.
USED = re.compile(r"已使用 \d\d:\d\d")


def open_ticket(page: Page, name: str) -> None:
    """From what I have to one of them."""
    page.goto("/benefits/")
    page.locator("a.ticket", has_text=name).first.click()


def code_on(page: Page, name: str) -> str:
    """The digits that the leader's screen shows."""
    open_ticket(page, name)
    return page.locator(".code8").inner_text()


def scan(till: Page, code: str) -> None:
    """Type the digits at a till."""
    till.goto("/merchant/")
    till.locator("#id_code").fill(code)
    tap(till, "验一下")


def sign_in(page: Page, number: str) -> Page:
    """By the code that the demo shows."""
    page.goto("/login/")
    page.get_by_label("手机号").fill(number)
    tap(page, "发验证码")
    code = page.locator("[data-demo-code]").inner_text()
    page.locator("input[autocomplete=one-time-code]").fill(re.sub(r"\D", "", code))
    page.locator("button[type=submit]:visible").last.click()
    page.wait_for_url("**/merchant/")
    return page


def test_benefits_from_the_leaders_screen_to_the_till(phone: Phone) -> None:
    leader, barber, pharmacy = phone("group"), phone("merchant"), sign_in(phone(), PHARMACY)

    for left in ("剩 1 次", "下季再来"):
        code = code_on(leader, "理发")
        match = leader.locator(".match b").inner_text()
        scan(barber, code)
        expect(barber.locator("h1")).to_contain_text("有效")
        expect(barber.locator("main")).to_contain_text("许组长")
        expect(barber.locator("main")).not_to_contain_text("许敏")
        assert barber.locator(".match4").inner_text() == match
        tap(barber, "确认使用")
        expect(barber.locator("h1")).to_contain_text("用好了")
        scan(barber, code)
        expect(barber.locator("h1")).to_contain_text(USED)
        leader.goto("/benefits/")
        expect(leader.locator("a.ticket", has_text="理发")).to_contain_text(left)

    code = code_on(leader, "买药抵用")
    scan(barber, code)
    expect(barber.locator("h1")).to_contain_text("不是本店的")
    expect(barber.locator("main")).not_to_contain_text("买药")
    scan(pharmacy, code)
    tap(pharmacy, "确认使用")
    expect(pharmacy.locator("h1")).to_contain_text("用好了")
    scan(pharmacy, code)
    expect(pharmacy.locator("h1")).to_contain_text(USED)

    open_ticket(leader, "健康体检")
    expect(leader.locator("main")).to_contain_text("一共 50 个")
    tap(leader, "领一个名额")
    expect(leader.locator("main")).to_contain_text(re.compile(r"候补第 \d+ 位"))
    leader.goto("/benefits/")
    expect(leader.locator("a.ticket", has_text="健康体检")).to_contain_text("候补")


def test_a_refusal_is_reported_and_staff_pause_the_offer(phone: Phone) -> None:
    leader, desk = phone("group"), phone("district", width=1280, height=800)
    open_ticket(leader, "看电影")
    tap(leader, "店里不认？告诉我们")
    leader.locator("textarea").fill("售票员说这周不给优惠")
    tap(leader, "告诉社区")
    expect(leader.locator("main")).to_contain_text("记下了")

    desk.goto("/console/rewards/refusal/?state=open")
    desk.locator("tr", has_text="售票员说这周不给优惠").locator("a").first.click()
    expect(desk.locator("main")).to_contain_text("萤火影院")
    expect(desk.locator("main")).not_to_contain_text("许敏")
    desk.get_by_label("暂停的原因").fill("在和影院核实")
    desk.get_by_role("button", name="暂停这一项").click()
    expect(desk.locator("main")).to_contain_text("在和影院核实")

    leader.goto("/benefits/")
    expect(leader.locator("a.ticket", has_text="看电影")).to_contain_text("在和影院核实")
    desk.get_by_label("不是没兑现").check()
    desk.get_by_label("怎么处理的").fill("影院周末场不参加，说明里补上了")
    desk.get_by_role("button", name="办结").click()
    leader.goto("/inbox/")
    expect(leader.locator("main")).to_contain_text("影院周末场不参加")


def test_without_network_nothing_is_verified_and_the_till_says_so(phone: Phone) -> None:
    till = phone("merchant")
    till.goto("/merchant/")
    expect(till.locator("[data-needs-net]")).to_be_hidden()
    till.context.set_offline(True)
    expect(till.locator("[data-needs-net]")).to_contain_text("现在没有网络，验不了券")
    expect(till.get_by_role("button", name="验一下")).to_be_disabled()
    till.context.set_offline(False)
    expect(till.get_by_role("button", name="验一下")).to_be_enabled()
