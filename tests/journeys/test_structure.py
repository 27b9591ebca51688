"""A11 in a browser: a community of 24 neighbourhoods is split from the 1st, and the evening before all looks old."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import CHINA, Desk, SiteAt, tap
from tests.roster.books import book, line

pytestmark = pytest.mark.browser
COMMUNITY, NEW_AREA_LEADER = "新桥社区", "154 1111 0024"


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """One community, one area, four groups of six neighbourhoods."""
    lines = [
        line(
            number,
            社区=COMMUNITY,
            组名称=f"第{(number - 1) // 6 + 1}组",
            组长姓名=f"组长{'甲乙丙丁'[(number - 1) // 6]}",
            组长电话=f"1541111002{(number - 1) // 6 + 1}",
        )
        for number in range(1, 25)
    ]
    path = tmp_path / "split.xlsx"
    path.write_bytes(book({"青禾街道": lines}))
    return path


def import_roster(page: Page, roster: Path) -> None:
    page.goto("/console/roster/")
    page.locator("input[type=file]").set_input_files(str(roster))
    tap(page, "上传并预览")
    expect(page.locator("main")).to_contain_text("有问题 0 行", timeout=30_000)
    tap(page, "确认导入")
    expect(page.locator("body")).to_contain_text("导入完成", timeout=30_000)


def add_two_buildings(page: Page) -> None:
    """An estate whose two buildings nobody is linked to yet."""
    page.goto("/console/estates/new/")
    page.get_by_label("社区").select_option(label=COMMUNITY)
    page.get_by_label("小区名称").fill("新桥苑")
    page.locator("form button[type=submit]").last.click()
    for name in ("91栋", "92栋"):
        page.goto("/console/estates/?q=新桥苑")
        page.locator(".listing a", has_text="新桥苑").first.click()
        tap(page, "加楼栋")
        page.get_by_label("楼栋名称").fill(name)
        page.locator("form button[type=submit]").last.click()
        page.wait_for_load_state()


def draft_split(page: Page, day: dt.date) -> str:
    """Ten of the 24 neighbourhoods to a new area; returns the address of the draft."""
    page.goto("/console/structure/new/")
    page.get_by_label("拆分").check()
    page.locator("input[type=search][name=unit-q]").fill(COMMUNITY)
    page.locator(".console-choose__offered label", has_text=COMMUNITY).first.click()
    tap(page, "下一步")
    page.locator("[name=in_force_on]").fill(day.isoformat())
    page.locator("[name=why]").fill("一个片 24 个邻，走不过来")
    page.locator("[name=name-1]").fill("新桥东社区")
    choices = page.locator("input[type=radio][name^=side-][value='1']")
    assert choices.count() == 24
    for number in range(14, 24):
        choices.nth(number).check()
    page.locator(".structure-form button[type=submit]").click()
    page.wait_for_load_state()
    return page.url


def name_the_new_leader(page: Page, address: str) -> None:
    """The area on the other side needs somebody: the leader of the fourth group, who goes on leading that too."""
    page.goto(f"{address}edit/")
    chooser = page.locator(".structure-choice", has_text="里的“第1片区”").locator("select")
    label = next(text for text in chooser.locator("option").all_inner_texts() if text.startswith("组长丁"))
    chooser.select_option(label=label)


def month_table(page: Page, month: dt.date) -> str:
    page.goto(f"/console/reports/month/?month={month:%Y-%m}")
    expect(page.locator("select[name=month]")).to_have_value(f"{month:%Y-%m}")
    return page.locator("table.listing").inner_text()


def wait_for_unit(page: Page, name: str) -> None:
    """Until the clock's job has run, a few seconds after the start."""
    for _attempt in range(60):
        page.goto(f"/console/units/?q={name}")
        if page.locator(".listing a", has_text=name).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{name} never came into force")


def neighbourhoods_below(phone: Page) -> int:
    """How many neighbourhoods an area leader comes to, group by group."""
    links = phone.locator("main a.cell")
    groups = [str(link.get_attribute("href")) for link in links.all()]
    found = 0
    for address in groups:
        phone.goto(address)
        found += phone.locator("main a.cell").count()
    return found


@pytest.fixture
def days() -> tuple[dt.date, dt.datetime, dt.datetime]:
    """The 1st of next month, the evening before, and a minute past midnight."""
    today = dt.datetime.now(CHINA).date()
    first = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    midnight = dt.datetime.combine(first, dt.time(), CHINA)
    return first, midnight - dt.timedelta(minutes=20), midnight + dt.timedelta(minutes=1)


def test_a_community_is_split_from_the_first(
    browser: Browser, site_at: SiteAt, roster: Path, days: tuple[dt.date, dt.datetime, dt.datetime]
) -> None:
    first, evening, morning = days
    with site_at(dt.datetime.now(CHINA)) as url:
        desk = Desk(browser, url)
        district, street = desk.sit("district"), desk.sit("street")
        import_roster(district, roster)
        add_two_buildings(street)
        address = draft_split(street, first)
        expect(street.locator("main")).to_contain_text("14 个邻")
        expect(street.locator("main")).to_contain_text("10 个邻")
        expect(street.locator("main")).to_contain_text("2 栋楼")
        expect(street.locator("main")).to_contain_text("批准之前要先办好")
        name_the_new_leader(street, address)
        for choice in street.locator("input[type=radio][name^=in-][value='1']").all():
            choice.check()
        street.locator(".structure-form button[type=submit]").click()
        expect(street.locator("main")).not_to_contain_text("批准之前要先办好")
        street.locator("textarea:visible").first.fill("开了会，大家同意")
        tap(street, "意见征求好了，送请批准")
        expect(street.locator("main")).to_contain_text("起草的人不能自己批准")
        district.goto(address)
        tap(district, "批准")
        expect(district.locator("main")).to_contain_text("已批准")
    with site_at(evening) as url:
        desk = Desk(browser, url)
        street = desk.sit("street")
        street.goto("/console/units/?q=新桥东社区")
        expect(street.locator("main")).to_contain_text("没有符合条件的")
        report = month_table(street, evening.date())
    with site_at(morning) as url:
        desk = Desk(browser, url)
        street = desk.sit("street")
        wait_for_unit(street, "新桥东社区")
        phone = desk.phone(NEW_AREA_LEADER)
        phone.goto("/homes/")
        expect(phone.locator("main")).to_contain_text("新桥东社区")
        tap(phone, "第1片区")  # she leads a group too
        phone.wait_for_load_state()
        assert neighbourhoods_below(phone) == 10
        assert month_table(street, evening.date()) == report
        street.goto(f"{url}{re.sub('^https?://[^/]+', '', address)}")
        expect(street.locator("main")).to_contain_text("已生效")
