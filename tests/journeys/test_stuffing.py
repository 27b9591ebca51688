"""A9 in a browser: a night of robots. Snapshots are refused, the rest lies aside unseen, two people void it in
batches.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import CHINA, ROOT, Desk, SiteAt, tap
from tests.journeys.stuffing import DEVICES, OPENIDS, SNAPSHOTS, TIMES

pytestmark = pytest.mark.browser
STUFFED = OPENIDS - SNAPSHOTS
WHY = "六台设备在半夜轮流投，一台四十多人"


def night() -> dt.datetime:
    """Two o'clock, in a night to come."""
    day = dt.datetime.now(CHINA).date() + dt.timedelta(days=9)
    return dt.datetime.combine(day, dt.time(2), CHINA)


def attack(folder: Path) -> dict[str, Any]:
    """The night itself; what the robots were answered."""
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    env |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    command = [sys.executable, "-m", "tests.journeys.stuffing", night().isoformat()]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def envelopes(folder: Path) -> Counter[tuple[str, int]]:
    """What lies in the newest box, as an auditor counts it: state and how often changed, to how many."""
    with closing(sqlite3.connect(folder / "db.sqlite3", timeout=20)) as books:
        rows = books.execute(
            "SELECT state, replaced_count, count(DISTINCT entry_id) FROM ballots_envelope "
            "WHERE box_id = (SELECT max(campaign_id) FROM ballots_ballotbox) GROUP BY 1, 2"
        )
        return Counter({(state, replaced): count for state, replaced, count in rows})


def propose(desk: Page, groups: int) -> None:
    """Tick groups, void, say why."""
    desk.goto("/console/ballots/quarantine/")
    for number in range(groups):
        desk.locator("input[name=groups]").nth(number).check()
    desk.get_by_label("作废").check()
    desk.get_by_label("为什么").fill(WHY)
    desk.get_by_role("button", name="请另一位同事决定").click()
    expect(desk.locator("main")).to_contain_text("等另一位同事决定")


def decide(desk: Page) -> None:
    """Open the batch that waits; agree, with a reason."""
    desk.goto("/console/ballots/quarantine/batches/?state=proposed")
    desk.locator("main").get_by_role("link", name="作废").first.click()
    expect(desk.locator("main")).to_contain_text(WHY)
    desk.get_by_label("同意，照办").check()
    desk.locator("input[name=answer]").fill("和社区打过电话，没人认得")
    desk.get_by_role("button", name="就这样定").click()
    expect(desk.locator("main")).to_contain_text("办好了")


def test_a_night_of_robots(site_at: SiteAt, tmp_path: Path, browser: Browser) -> None:
    answers = attack(tmp_path)
    assert answers["snapshot 403"] == SNAPSHOTS
    assert answers["openid 302"] == STUFFED
    assert answers["ballot 200"] == STUFFED * TIMES
    assert answers["ballot 401"] == SNAPSHOTS * TIMES, "nobody who is no person put anything in"
    assert envelopes(tmp_path) == {("quarantined", TIMES - 1): STUFFED}, "one for each, the last, aside"
    with site_at(night() + dt.timedelta(hours=8)) as url:
        people = Desk(browser, url)
        voter = people.phone("15460000007")
        voter.goto(f"/best/{answers['campaign']}/vote/receipt/")
        expect(voter.locator("main")).to_contain_text("选票封好，进箱了")
        voter.goto(f"/best/{answers['campaign']}/")
        for word in ("待核", "可疑", "作废", str(STUFFED)):
            expect(voter.locator("main")).not_to_contain_text(word)
        first, second = people.sit("street"), people.sit("district")
        first.goto("/console/ballots/quarantine/")
        expect(first.locator(".quarantine-groups li")).to_have_count(DEVICES)
        expect(first.locator(".quarantine-groups")).to_contain_text(f"设备 A · {-(-STUFFED // DEVICES)} 张")
        assert "被冒用的人" not in first.content()
        propose(first, 2)
        propose(first, DEVICES - 2)
        first.goto("/console/ballots/quarantine/")
        expect(first.locator("main")).to_contain_text("没有待核的选票")
        tap(first, "批次")
        first.locator("main").get_by_role("link", name="作废").first.click()
        expect(first.locator("main")).to_contain_text("请另一位同事来决定")
        decide(second)
        assert {state for state, _n in envelopes(tmp_path)} == {"quarantined", "voided"}
        decide(second)
        voter.goto("/inbox/")
        expect(voter.locator("main")).to_contain_text("您的那张票没有通过核实")
    assert envelopes(tmp_path) == {("voided", TIMES - 1): STUFFED}
