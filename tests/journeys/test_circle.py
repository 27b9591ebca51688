"""The first full circle: a task is posted, seen live, answered, confirmed, rewarded, and thanked for."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Phone, tap

pytestmark = pytest.mark.browser


def post_task(page: Page, title: str) -> str:
    """Post a task as staff; returns the address of its roll-up."""
    page.goto("/tasks/new/")
    page.get_by_label("做什么").fill(title)
    expect(page.locator("#reach")).to_contain_text(re.compile(r"会到 \d+ 位手上"))
    tap(page, "发出去")
    page.wait_for_url("**/rollup/**")
    return page.url


def points(page: Page) -> int:
    """What the points page says."""
    page.goto("/points/")
    return int(re.sub(r"\D", "", page.locator(".fig b").inner_text()))


@pytest.mark.everywhere
def test_the_circle_from_a_post_to_a_thank_you(phone: Phone) -> None:
    leader, group, staff, shop = phone("leader"), phone("group"), phone("worker"), phone("merchant")
    before = points(leader)
    leader.goto("/")
    rollup = post_task(staff, "看看消防通道")

    expect(leader.locator("#home-tasks")).to_contain_text("看看消防通道", timeout=15_000)
    tap(leader, "看看消防通道")
    tap(leader, "送出")
    expect(leader.locator("h1")).to_contain_text("收到了")

    group.goto("/")
    expect(group.locator("main")).to_contain_text("等您看一眼")
    tap(group, "去确认")
    expect(group.locator("main")).to_contain_text("看看消防通道")
    tap(group, "确认选上的")
    expect(group.locator("main")).to_contain_text("确认好了")
    assert points(leader) > before
    expect(leader.locator("main")).to_contain_text("看看消防通道")

    staff.goto(rollup)
    expect(staff.locator("#rollup")).to_contain_text("办好了")
    tap(staff, "有结果了")
    staff.get_by_label("结果一句话").fill("通道全清出来了")
    staff.get_by_label("后来怎样").fill("消防车进得来了。")
    tap(staff, "告诉大家")
    expect(staff.locator("h1")).to_contain_text("通道全清出来了")

    leader.goto("/")
    expect(leader.locator("main")).to_contain_text("通道全清出来了")
    tap(leader, "通道全清出来了")
    expect(leader.locator("main")).to_contain_text("您帮过的")

    leader.goto("/benefits/")
    leader.locator("a.ticket", has_text="理发").click()
    code = leader.locator(".code8").inner_text()
    shop.goto("/merchant/")
    shop.locator("#id_code").fill(code)
    tap(shop, "验一下")
    expect(shop.locator("h1")).to_contain_text("有效")
    tap(shop, "确认使用")
    expect(shop.locator("h1")).to_contain_text("用好了")
    tap(shop, "验下一张")
    shop.locator("#id_code").fill(code)
    tap(shop, "验一下")
    expect(shop.locator("h1")).to_contain_text(re.compile(r"已使用 \d\d:\d\d"))


def test_a_check_in_takes_two_taps_from_the_home_screen(phone: Phone) -> None:
    staff, leader = phone("worker"), phone("leader")
    post_task(staff, "数数楼道灯")
    leader.goto("/")
    taps = 0
    for words in ("数数楼道灯", "送出"):
        tap(leader, words)
        taps += 1
    expect(leader.locator("h1")).to_contain_text("收到了")
    assert taps <= 3


@pytest.mark.everywhere
def test_what_was_entered_without_network_arrives_once_when_there_is_one(phone: Phone) -> None:
    staff, leader = phone("worker"), phone("leader")
    post_task(staff, "问问停水的事")
    leader.goto("/")
    tap(leader, "问问停水的事")
    leader.context.set_offline(True)
    tap(leader, "送出")
    expect(leader.locator("#offline")).to_be_visible()
    expect(leader.locator("#offline")).to_contain_text("有 1 条先存在手机里")
    leader.context.set_offline(False)
    expect(leader.locator("#offline")).to_be_hidden(timeout=20_000)
    leader.goto("/tasks/")
    expect(leader.locator("main")).to_contain_text("您说了")
    expect(leader.locator(".cell", has_text="问问停水的事")).to_contain_text("您说了")


@pytest.mark.everywhere
def test_after_sleep_everything_is_there_once_and_in_order(phone: Phone) -> None:
    staff, leader = phone("worker"), phone("leader")
    leader.goto("/")
    listen = "document.addEventListener('live:event', (e) => window.heard.push(e.detail.title))"
    leader.evaluate(f"window.heard = []; {listen}")
    leader.context.set_offline(True)
    for number in (1, 2, 3):
        post_task(staff, f"睡着时来的第{number}件")
    leader.context.set_offline(False)
    for _attempt in range(100):
        if len(leader.evaluate("window.heard")) >= 3:
            break
        leader.wait_for_timeout(200)
    leader.wait_for_timeout(1_500)
    assert leader.evaluate("window.heard") == [f"睡着时来的第{number}件" for number in (1, 2, 3)]


def test_with_the_socket_blocked_polling_does_the_same(phone: Phone) -> None:
    staff, leader = phone("worker"), phone("leader")
    leader.route_web_socket(re.compile(".*/ws/live/.*"), lambda socket: socket.close())
    leader.goto("/")
    post_task(staff, "没有长连接也收得到")
    expect(leader.locator("#home-tasks")).to_contain_text("没有长连接也收得到", timeout=20_000)


def test_a_page_without_scripts_takes_a_check_in(phone: Phone) -> None:
    staff = phone("worker")
    post_task(staff, "不用脚本也行")
    plain = phone("leader", java_script_enabled=False)
    plain.goto("/")
    tap(plain, "不用脚本也行")
    tap(plain, "送出")
    expect(plain.locator("h1")).to_contain_text("收到了")


def test_a_returned_check_in_says_why_and_is_sent_again(phone: Phone) -> None:
    staff, leader, group = phone("worker"), phone("leader"), phone("group")
    post_task(staff, "看看井盖")
    leader.goto("/")
    tap(leader, "看看井盖")
    tap(leader, "送出")
    expect(leader.locator("h1")).to_contain_text("收到了")
    group.goto("/tasks/waiting/")
    group.locator("section", has_text="周桂兰").filter(has=group.locator(".cell")).first.wait_for()
    group.locator(".cell--pick", has_text="周桂兰").last.get_by_text("问一句").click()
    group.get_by_label("请对方再看看什么").fill("东门那个也看了吗？")
    tap(group, "送出")
    expect(group.locator("h1")).to_contain_text("等您看一眼")
    leader.goto("/")
    expect(leader.locator("#home-tasks")).to_contain_text("东门那个也看了吗？")
    tap(leader, "东门那个也看了吗？")
    tap(leader, "送出")
    expect(leader.locator("h1")).to_contain_text("收到了")
