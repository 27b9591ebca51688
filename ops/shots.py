"""`make shots`: take the README's pictures anew, from a site of its own with a fresh sample district. Runs in .venv.

Every picture is one line of SHOTS: whose eyes, which page, which screen. Another site: ARGS="--url http://…".
The district is made below var/shots and kept for the next time; ARGS="--fresh" makes it anew.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from ops.run import prepare
from ops.services_local import chromium, die_with, free_port

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PHONE, DESK = (390, 844), (1280, 800)
PATIENCE = 90.0
QUIET = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Shot:
    """One picture. `follow` is a selector of a link to click before it is taken."""

    name: str
    persona: str
    path: str
    screen: tuple[int, int] = PHONE
    scheme: Literal["light", "dark"] = "light"
    follow: str = ""
    elder: bool = False


SHOTS = (
    Shot("demo", "", "/demo/"),
    Shot("home-leader", "leader", "/"),
    Shot("home-leader-dark", "leader", "/", scheme="dark"),
    Shot("home-leader-elder", "leader", "/", elder=True),
    Shot("task", "leader", "/tasks/", follow="main a[href^='/tasks/']"),
    Shot("home-group-leader", "group", "/"),
    Shot("waiting", "group", "/tasks/waiting/"),
    Shot("rollup", "area", "/tasks/", follow="main a.cell:has(.rollbar)"),
    Shot("task-new", "worker", "/tasks/new/"),
    Shot("outcome", "leader", "/", follow="main a[href$='/outcome/']"),
    Shot("benefits", "leader", "/benefits/"),
    Shot("code", "leader", "/benefits/", follow="main a.ticket[href$='/code/']"),
    Shot("points", "leader", "/points/"),
    Shot("notices", "leader", "/notices/"),
    Shot("events", "resident", "/events/"),
    Shot("merchant", "merchant", "/merchant/"),
    Shot("home-resident", "resident", "/"),
    Shot("login", "", "/login/"),
    Shot("console", "district", "/console/", DESK),
    Shot("console-roster", "district", "/console/roster/", DESK),
    Shot("console-tasks", "worker", "/console/tasks/", DESK),
    Shot("console-benefits", "district", "/console/rewards/benefit/", DESK),
)


@contextlib.contextmanager
def site(*, fresh: bool) -> Iterator[str]:
    """The project with its sample district on a free port, apart from the data of `make run`."""
    home = ROOT / "var" / "shots"
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
    for name in ("media", "private", "static"):
        (home / name).mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    env = {**kept, "VAR_DIR": str(home), "PUBLIC_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    prepare(env)
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "error"]
    server = subprocess.Popen(command, cwd=ROOT, env=env, preexec_fn=die_with(os.getpid()))  # noqa: PLW1509
    try:
        until = time.monotonic() + PATIENCE
        while not answers(url):
            if server.poll() is not None or time.monotonic() > until:
                raise SystemExit("The site did not start.")
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait()


def answers(url: str) -> bool:
    """Whether the site is up."""
    try:
        with urllib.request.urlopen(f"{url}/livez", timeout=5):
            return True
    except OSError:
        return False


def take(browser: Browser, url: str, shot: Shot) -> None:
    """One picture, in a browser that remembers nothing of the one before."""
    width, height = shot.screen
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if shot.screen == PHONE else 1,
        is_mobile=shot.screen == PHONE,
        has_touch=shot.screen == PHONE,
        color_scheme=shot.scheme,
        reduced_motion="reduce",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    if shot.elder:
        context.add_cookies([{"name": "mode", "value": "elder", "url": url}])
    page = context.new_page()
    if shot.persona:
        become(page, url, shot.persona)
    page.goto(url + shot.path)
    link = page.locator(shot.follow).first if shot.follow else None
    if link and link.count():
        link.click()
    # The live line keeps a socket open, so the network is never idle: the page's own things are enough.
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=PICTURES / f"{shot.name}.png")
    context.close()
    print(f"  docs/pictures/{shot.name}.png")


def become(page: Page, url: str, persona: str) -> None:
    """One click on /demo/."""
    page.goto(f"{url}/demo/")
    chosen = f"[name='persona'][value='{persona}']"
    page.locator(f"button{chosen}, form:has(input{chosen}) button").first.click()
    page.wait_for_load_state("load")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="make shots")
    parser.add_argument("--url", help="a site that runs already, in demo mode")
    parser.add_argument("--fresh", action="store_true", help="make the sample district anew")
    parser.add_argument("--only", default="", help="only pictures whose name contains this")
    options = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        url = options.url or stack.enter_context(site(fresh=options.fresh))
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox", *QUIET])
        for shot in SHOTS:
            if options.only in shot.name:
                take(browser, url.rstrip("/"), shot)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
