"""Honour in a browser: a neighbour says thanks, the leader reads it, agrees to her story and prints her hours."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import tap

pytestmark = pytest.mark.browser
Phone = Callable[..., Page]
THANKS = "您帮忙收快递，我一直记着"


def test_thanks_a_story_and_a_paper(phone: Phone) -> None:
    neighbour, leader = phone("resident"), phone("leader")
    tap(neighbour, "谢谢我的邻长")
    neighbour.locator("label.picture", has_text="一束花").click()
    neighbour.get_by_label("一句心里话").fill(THANKS)
    tap(neighbour, "寄出去")
    expect(neighbour.locator("h1")).to_have_text("寄出去了")
    leader.goto("/")
    tap(leader, THANKS)
    expect(leader.locator("#thanks")).to_be_visible()
    agree_to_the_story(leader, neighbour)
    print_a_paper(leader, phone())


def agree_to_the_story(leader: Page, neighbour: Page) -> None:
    """She reads what was written of her; her neighbours do only after her word, and no longer after her no."""
    neighbour.goto("/stories/")
    expect(neighbour.locator("main")).not_to_contain_text("楼道里的灯")
    leader.goto("/inbox/")
    tap(leader, "写了一篇您的邻里故事")
    expect(leader.locator("main")).to_contain_text("摸着墙")
    tap(leader, "同意，登出来")
    neighbour.reload()
    tap(neighbour, "楼道里的灯")
    expect(neighbour.locator("main")).to_contain_text("周*")
    tap(leader, "撤下来")
    assert neighbour.reload().status == 404  # type: ignore[union-attr]


def print_a_paper(leader: Page, stranger: Page) -> None:
    """A sheet of A4 with a number that a stranger may check."""
    leader.goto("/honours/")
    tap(leader, "做一张证明")
    number = re.findall(r"\b\w{4}-\w{4}-\w{4}\b", leader.locator(".proof__foot").inner_text())[0]
    assert len(leader.pdf(format="A4")) > 10_000
    stranger.goto("/certificates/")
    stranger.get_by_label("验证编号").fill(number.lower())
    tap(stranger, "查一查")
    expect(stranger.locator(".verdict-paper")).to_contain_text("有效")
    expect(stranger.locator(".verdict-paper")).not_to_contain_text("桂兰")
