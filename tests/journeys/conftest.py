"""The product in a real browser: a site of its own, phones for the people of the sample district.

In the first half of `make test` the site is one process on SQLite, in the second PostgreSQL, Redis and processes of
each kind; the same journeys run on both.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ops.serve import Arrangement
from ops.services_local import free_port
from tests.journeys import corner
from tests.schema import is_url, put_copy

ROOT = Path(__file__).resolve().parent.parent.parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]
CHINA = dt.timezone(dt.timedelta(hours=8))
expect.set_options(timeout=15_000)  # other browsers are at work beside this one
BECOME = "button[name=persona][value='{}']"


@contextlib.contextmanager
def _one_process(env: dict[str, str], moment: dt.datetime | None = None) -> Iterator[str]:
    port = free_port()
    server = ["uvicorn", "config.asgi:application"]
    if moment is not None:
        server = ["tests.journeys.travelling", moment.isoformat()]
    command = [sys.executable, "-m", *server, "--port", str(port), "--log-level", "warning"]
    with (Path(env["VAR_DIR"]) / "site.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        try:
            for _attempt in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{url}/livez", timeout=2)  # noqa: S310 - our own server
                    break
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            process.wait(20)


@contextlib.contextmanager
def _many_processes(env: dict[str, str]) -> Iterator[str]:
    with Arrangement(env, free_port(), free_port(), quiet=True, live_processes=1, workers=1) as arrangement:
        yield arrangement.url


@pytest.fixture(scope="session")
def corners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the corners of the sample district lie, for all workers."""
    base = tmp_path_factory.getbasetemp()
    return Path(os.environ.get(corner.FOLDER) or (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, corners: Path) -> Iterator[str]:
    """The address of a running site with a corner of the sample district."""
    folder, given = tmp_path_factory.mktemp("site"), os.environ.get("DATABASE_URL", "")
    if not is_url(given):
        shutil.copytree(corner.on_sqlite(corners), folder, dirs_exist_ok=True)
        with _one_process(corner.settings_in(folder)) as url:
            yield url
        return
    database_url, redis_url = given.replace("/district?", "/journeys?"), os.environ["REDIS_URL"]
    made = corner.on_postgres(corners, database_url, redis_url)
    put_copy(made / corner.DUMP, database_url)
    shutil.copytree(made, folder, dirs_exist_ok=True)
    with _many_processes(corner.settings_in(folder, DATABASE_URL=database_url, REDIS_URL=redis_url)) as url:
        yield url


SiteAt = Callable[[dt.datetime], contextlib.AbstractContextManager[str]]


@pytest.fixture
def site_at(corners: Path, tmp_path: Path) -> SiteAt:
    """`with site_at(moment) as url`: a site of one's own on SQLite, at a time of one's own; its data stay for the next.

    The corner of the sample district in it was made today, so moments should lie in the weeks to come.
    """
    shutil.copytree(corner.on_sqlite(corners), tmp_path, dirs_exist_ok=True)
    return lambda moment: _one_process(corner.settings_in(tmp_path), moment)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A headless Chromium of the machine."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def beside_the_loop_of_the_browser() -> Iterator[None]:
    """The browser's driver runs a loop in this thread; the database is asked while it waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


Phone = Callable[..., Page]


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Phone]:
    """`phone("leader")` is a page of 390 × 844, signed in as that persona; every script error fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(persona: str = "", *, width: int = 390, height: int = 844, elder: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        contexts.append(context)
        if elder:
            context.add_cookies([{"name": "mode", "value": "elder", "url": site}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if "Content Security Policy" in m.text else None)
        if persona:
            page.goto("/demo/")
            page.locator(BECOME.format(persona)).click()
            page.wait_for_load_state()
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def tap(page: Page, words: str) -> None:
    """Tap the visible link or button that says these words."""
    page.locator("a:visible, button:visible, label:visible").filter(has_text=words).first.click()


class Desk:
    """People at their screens, on a site that is started anew at another time."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url

    def sit(self, persona: str) -> Page:
        """A desk of one of the demo's people."""
        context = self.browser.new_context(base_url=self.url, viewport={"width": 1280, "height": 800}, locale="zh-CN")
        page = context.new_page()
        page.goto("/demo/")
        page.locator(BECOME.format(persona)).click()
        page.wait_for_load_state()
        return page

    def phone(self, number: str) -> Page:
        """The phone of somebody with this number, signed in by the code that the demo shows."""
        context = self.browser.new_context(base_url=self.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
        page = context.new_page()
        page.goto("/login/")
        page.get_by_label("手机号").fill(number)
        tap(page, "发验证码")
        code = page.locator("[data-demo-code]").inner_text()
        page.locator("input[autocomplete=one-time-code]").fill(re.sub(r"\D", "", code))
        page.locator("button[type=submit]:visible").last.click()
        page.wait_for_load_state()
        return page


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser come last: it keeps a loop of its own running in the thread of whatever follows.

    The longest of them come first, so that no worker is left alone with one in the end.
    """
    items.sort(key=_turn_of)


def _turn_of(item: pytest.Item) -> int:
    if not item.nodeid.startswith("tests/journeys/"):
        return 0
    return 1 if "site_at" in getattr(item, "fixturenames", ()) else 2
