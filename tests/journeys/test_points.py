"""A6 in a browser: hours are confirmed with one button, what was entered twice is reversed, nobody is put in order, and
the points for duty come to whoever never opened the app.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from config.demo.district import small_district
from tests.journeys.conftest import CHINA, Desk, SiteAt, tap

pytestmark = pytest.mark.browser
EVENT = "楼道大扫除"  # three hours, forty signed up, over since yesterday
WHY = "和名单里的另一位是同一个人"


def lines(folder: Path, rule: str, since: str = "") -> Counter[int]:
    """Lines of the ledger by a rule, as an auditor counts them: points to how many of them."""
    query = "SELECT points FROM points_transfer WHERE rule = ? AND reverses_id IS NULL AND source_key LIKE ?"
    with closing(sqlite3.connect(folder / "db.sqlite3", timeout=20)) as books:
        return Counter(points for (points,) in books.execute(query, (rule, f"{since}%")))


def confirm(page: Page) -> None:
    """The one button at the thumb."""
    page.locator(".actionbar button[type=submit]").click()


def source_of(page: Page) -> str:
    """How the ledger names the event whose page of hours this is."""
    found = re.search(r"/events/([0-9a-f-]{36})/hours/", page.url)
    assert found
    return f"event:{found[1]}:"


def confirm_thirty_eight(worker: Page) -> None:
    """Two taps from her home: the card, the button; forty are ticked, the two who did not come are unticked."""
    worker.goto("/")
    tap(worker, "1 场活动等您确认时长")
    expect(worker.locator("main")).to_contain_text(EVENT)
    assert worker.locator(".came:checked").count() == 40
    stayed_away = worker.locator(".cell--pick:not(:has-text('周桂兰')) .came")
    for number in (3, 17):
        stayed_away.nth(number).uncheck()
    confirm(worker)
    expect(worker.locator("main")).to_contain_text("38 人确认好了")
    expect(worker.locator(".came")).to_have_count(2)


def enter_twice(worker: Page, name: str) -> None:
    """Somebody under a second record, as somebody who came without signing up."""
    worker.locator("#words").fill(name)
    tap(worker, "找")
    worker.locator("#found .pick", has_text=name).locator("input").check()
    confirm(worker)
    expect(worker.locator("main")).to_contain_text("1 人确认好了")


def take_back(worker: Page, name: str) -> None:
    worker.locator(".cell", has_text=name).get_by_role("link", name="收回").click()
    worker.get_by_label("为什么收回").fill(WHY)
    confirm(worker)
    expect(worker.locator("main")).to_contain_text("收回了")


def told(page: Page, words: str) -> str:
    """The line of one's own statement that says this."""
    page.goto("/points/")
    return page.locator(".points-line", has_text=words).first.inner_text()


def rows_in(found: Any) -> Iterator[dict[str, Any]]:
    """Every object inside an answer of the API."""
    if isinstance(found, dict):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from rows_in(inner)


def nobody_is_ranked(staff: Page) -> None:
    """Whatever the API and the pages of points and hours tell staff, no row holds somebody and their points."""
    paths = staff.request.get("/api/openapi.json").json()["paths"]
    asked = [path for path, verbs in paths.items() if "get" in verbs and "{" not in path]
    assert {"/api/points/", "/api/gatherings/mine"} <= set(asked)
    for path in asked:
        for row in rows_in(staff.request.get(path).json()):
            assert not ({"points", "balance"} & set(row) and {"person", "name", "person_name"} & set(row)), path
    offered = staff.request.get(f"/api/gatherings/{source_of(staff).split(':')[1]}/hours").json()
    assert offered
    assert not [row for row in offered if "points" in row]
    assert not re.search(r"\d 分(?!钟)", staff.locator("main").inner_text())


def test_hours_are_paid_once_and_duty_without_the_app(browser: Browser, site_at: SiteAt, tmp_path: Path) -> None:
    today = dt.datetime.now(CHINA)
    with site_at(today) as url:
        desk = Desk(browser, url)
        worker, leader, second = desk.sit("worker"), desk.sit("leader"), desk.sit("resident")
        confirm_thirty_eight(worker)
        source = source_of(worker)
        assert lines(tmp_path, "event_hour", source) == {4: 38}
        assert "+4" in told(leader, EVENT)
        enter_twice(worker, "方晓")
        assert "+4" in told(second, EVENT)
        nobody_is_ranked(worker)
        take_back(worker, "方晓")
        both = told(second, EVENT)
        assert ["+4" in both, "-4" in both, WHY in both] == [True, True, True]
        assert "-4" not in told(leader, EVENT)
        leader.goto("/events/mine/")
        expect(leader.locator("main")).to_contain_text("3 小时 · +4 分")
    quarter = (today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1) + dt.timedelta(days=93)).replace(day=1)
    *_somewhere, neighbourhood = list(small_district().rows())[-1]  # she has no account yet
    with site_at(quarter.replace(hour=8)) as url:
        wanted = f"on_duty:{today.year}Q{(today.month + 2) // 3}:"
        for _attempt in range(100):
            if lines(tmp_path, "on_duty", wanted):
                break
            worker.wait_for_timeout(200)
        phone = Desk(browser, url).phone(neighbourhood.leader.phone)
        phone.goto("/points/")
        expect(phone.locator("main")).to_contain_text("季度在岗")
        assert "+10" in phone.locator(".points-line").first.inner_text()
