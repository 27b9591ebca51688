"""`make shots`: take the pictures of the guides anew, from a site of its own with a sample district. Runs in .venv.

Every picture is one line of SHOTS: whose eyes, which page, which screen. Another site: ARGS="--url http://…".
A guide that shows a picture without such a line fails the tests.
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

from config.demo.personas import HOME_COMMUNITY, HOME_ESTATE, LEADER, WORKER
from ops.run import prepare
from ops.services_local import chromium, die_with, free_port

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PHONE, DESK, TALL = (390, 844), (1280, 800), (1280, 1240)
PATIENCE = 90.0
TITLE = "td.title a"
GO, FORMER = "main a.btn[href^='/best/']", "main a.cell[href^='/best/']"
BOOTH, PICKED = (GO, "main a[href$='/vote/']"), ("label.cand:nth-of-type(1)", "label.cand:nth-of-type(3)")
QUIET = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Shot:
    """One picture. `follow` is a selector of what to click before it is taken, or several, one after another."""

    name: str
    persona: str
    path: str
    screen: tuple[int, int] = PHONE
    scheme: Literal["light", "dark"] = "light"
    follow: str | tuple[str, ...] = ""
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
    # docs/leaders.md
    Shot("homes", "leader", "/homes/"),
    Shot("household", "leader", "/homes/", follow="main a.win--lit"),
    Shot("enter", "leader", "/homes/", follow="a[href^='/homes/enter/']"),
    Shot("my-post", "leader", "/posts/mine/"),
    Shot("leave", "leader", "/posts/mine/", follow="main a[href$='/leave/']"),
    Shot("step-down", "leader", "/posts/mine/", follow="main a[href$='/step-down/']"),
    Shot("handover", "leader", "/posts/mine/", follow="main a[href$='/handover/']"),
    Shot("propose", "group", "/posts/propose/"),
    Shot("my-data", "leader", "/me/data/"),
    Shot("devices", "leader", "/me/devices/"),
    Shot("points-rules", "leader", "/points/rules/"),
    Shot("benefits-near", "leader", "/benefits/?show=near"),
    Shot("store", "leader", "/store/"),
    Shot("honours", "leader", "/honours/"),
    Shot("hours", "group", "/events/hours/", follow="main a.cell"),
    # docs/merchants.md
    Shot("merchant-benefits", "merchant", "/merchant/benefits/"),
    Shot("merchant-month", "merchant", "/merchant/history/"),
    Shot("merchant-sign", "merchant", "/merchant/sign/", (820, 1160)),
    # docs/residents.md
    Shot("find", "", "/find/"),
    Shot("sign", "", f"/find/?q={HOME_ESTATE}", follow=("main a.cell", "main a.plate")),
    Shot("my-home", "resident", "/homes/mine/"),
    Shot("notice-of-appointment", "resident", "/posts/notices/", follow="main a[href^='/posts/notices/']"),
    Shot("my-deletion", "resident", "/me/data/delete/"),
    # docs/staff/people.md
    Shot("staff-find", "worker", "/console/find/?q=zgl", DESK),
    Shot("staff-people", "worker", "/console/people/", DESK),
    Shot("staff-person", "worker", f"/console/people/?q={LEADER.name}", DESK, follow=TITLE),
    Shot("staff-correct", "worker", f"/console/people/?q={LEADER.name}", DESK, follow=(TITLE, "a[href$='/correct/']")),
    Shot("staff-export", "worker", "/console/people/", DESK, follow=".console-export summary"),
    Shot("staff-unit", "worker", f"/console/units/?q={HOME_COMMUNITY}", TALL, follow=TITLE),
    Shot("staff-roles", "worker", "/console/appointments/", DESK),
    Shot("staff-accounts", "district", "/console/accounts/", DESK),
    Shot("staff-account", "district", f"/console/accounts/?q={WORKER.name}", TALL, follow=TITLE),
    # docs/staff/posts.md
    Shot("staff-proposals", "worker", "/console/proposals/", DESK),
    Shot("staff-propose", "worker", "/console/proposals/new/", TALL),
    Shot("staff-proposal", "worker", "/console/proposals/?state=proposed", TALL, follow=TITLE),
    Shot("staff-notice", "worker", "/console/proposals/?state=noticed", TALL, follow=TITLE),
    Shot("staff-appointment", "worker", f"/console/appointments/?q={LEADER.name}", DESK, follow=TITLE),
    Shot(
        "staff-leave", "worker", f"/console/appointments/?q={LEADER.name}", DESK,
        follow=(TITLE, ".console-actions a[href$='/leave/']"),
    ),
    Shot(
        "staff-end", "worker", f"/console/appointments/?q={LEADER.name}", DESK,
        follow=(TITLE, ".console-actions a[href$='/end/']"),
    ),
    Shot(
        "staff-handover", "worker", f"/console/appointments/?q={LEADER.name}", TALL,
        follow=(TITLE, ".console-actions a[href$='/handover/']"),
    ),
    Shot("staff-vacancies", "worker", "/console/vacancies/", DESK),
    Shot("staff-sizes", "worker", "/console/sizes/", DESK),
    Shot("staff-appoint", "district", "/console/appointments/staff/", DESK),
    # docs/staff/homes.md
    Shot("staff-estates", "worker", "/console/estates/", DESK),
    Shot("staff-buildings", "worker", f"/console/buildings/?q={HOME_ESTATE}", DESK),
    Shot("staff-building", "worker", f"/console/buildings/?q={HOME_ESTATE}", TALL, follow=TITLE),
    Shot("staff-signs", "worker", "/console/signs/", DESK),
    Shot(
        "sign-a4", "worker", f"/console/buildings/?q={HOME_ESTATE}", TALL,
        follow=(TITLE, ".console-ways a[href*='/signs/a4/']"),
    ),
    Shot("staff-households", "worker", "/console/households/", DESK),
    Shot("staff-residents", "worker", "/console/residents/", DESK),
    Shot("staff-doors", "worker", "/console/doors/", DESK),
    # docs/staff/structure.md
    Shot("staff-structure-new", "worker", "/console/structure/new/", DESK),
    Shot("staff-structure", "worker", "/console/structure/", TALL, follow=TITLE),
    Shot("staff-month", "worker", "/console/reports/month/", DESK),
    # docs/staff/orgs.md
    Shot("staff-party", "worker", "/console/party/", DESK),
    Shot("staff-party-gaps", "street", "/console/party/gaps/", DESK),
    Shot("staff-departments", "district", "/console/departments/", DESK),
    Shot("staff-cadres", "district", "/console/cadres/", DESK),
    Shot("staff-clerks", "worker", "/console/rewards/clerk/", DESK),
    # docs/staff/points.md and docs/staff/reports.md
    Shot("staff-awards", "worker", "/console/points/awards/?state=", DESK),
    Shot("staff-award", "worker", "/console/points/awards/?state=asked", DESK, follow=TITLE),
    Shot("staff-budgets", "district", "/console/points/budgets/", DESK),
    Shot("staff-rules", "district", "/console/points/rules/", TALL, follow=TITLE),
    Shot("staff-sample", "district", "/console/points/samples/", DESK),
    Shot("staff-report-points", "district", "/console/rewards/reports/points/", TALL),
    Shot("staff-report-promises", "district", "/console/rewards/reports/promises/", DESK),
    Shot("staff-report-costs", "district", "/console/rewards/reports/costs/", DESK),
    # docs/staff/benefits.md and docs/staff/merchants.md
    Shot("staff-benefit", "district", "/console/rewards/benefit/", TALL, follow=TITLE),
    Shot("staff-merchants", "worker", "/console/rewards/merchant/", DESK),
    Shot("staff-merchant", "worker", "/console/rewards/merchant/", TALL, follow=TITLE),
    Shot("staff-wishes", "worker", "/console/rewards/wish/", DESK),
    # docs/staff/store.md
    Shot("staff-store", "worker", "/console/store/stores/", TALL, follow=TITLE),
    Shot("staff-goods", "worker", "/console/store/goods/", DESK),
    Shot("staff-exchange", "worker", "/console/store/days/", TALL, follow=TITLE),
    Shot("staff-passbooks", "worker", "/console/store/passbooks/", DESK),
    # docs/staff/honours.md
    Shot("staff-service", "worker", "/console/service/", DESK),
    Shot("staff-certificates", "worker", "/console/certificates/", DESK),
    Shot("staff-anniversaries", "worker", "/console/anniversaries/", DESK),
    Shot("staff-stories", "worker", "/console/stories/", DESK),
    # docs/residents.md, docs/voting.md and docs/staff/campaigns.md and those beside it
    Shot("candidates", "resident", "/best/", follow=(GO, "main a[href$='/candidates/']")),
    Shot("vote", "resident", "/best/", follow=(*BOOTH, *PICKED)),
    Shot("vote-elder", "resident", "/best/", follow=(*BOOTH, *PICKED), elder=True),
    Shot("vote-review", "resident", "/best/", follow=(*BOOTH, *PICKED, "[data-read]")),
    Shot("vote-receipt", "resident", "/best/", follow=(*BOOTH, *PICKED, "[data-read]", "[data-cast] [type=submit]")),
    Shot("winner", "resident", "/best/", follow=(FORMER, "main a[href$='/result/']", "main a[href*='/winner/']")),
    Shot("staff-campaign", "district", "/console/campaigns/", TALL, follow=TITLE),
    Shot("staff-nominations", "district", "/console/campaigns/nominations/", DESK),
    Shot("staff-panel", "district", "/console/campaigns/panel/", DESK),
    Shot("staff-boxes", "district", "/console/ballots/boxes/", DESK),
    Shot("staff-paper", "worker", "/console/ballots/paper/", DESK),
    Shot("staff-quarantine", "district", "/console/ballots/quarantine/", DESK),
    Shot("staff-turnout", "district", "/console/ballots/turnout/", DESK),
    Shot("staff-winners", "district", "/console/results/", DESK),
    # docs/map.md and docs/staff/requests.md
    Shot("staff-map", "street", "/console/map/", TALL),
    Shot("staff-map-community", "worker", "/console/map/", TALL),
    Shot("staff-requests", "worker", "/console/requests/", DESK),
    Shot("staff-request", "worker", "/console/requests/", DESK, follow=TITLE),
    Shot("staff-request-new", "worker", "/console/requests/new/", DESK),
    Shot("staff-audit", "district", "/console/audit/", DESK),
)  # fmt: skip


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
    answer = page.goto(url + shot.path)
    missed = [] if answer and answer.ok else [f"{shot.path} was not answered well"]
    for selector in (shot.follow,) if isinstance(shot.follow, str) else shot.follow:
        link = page.locator(selector).first if selector else None
        if link and link.count():
            link.click()
            page.wait_for_load_state("load")
        elif link:
            missed.append(f"nothing to click at {selector}")
    page.wait_for_load_state("networkidle")  # a socket does not count; a map draws when its numbers have come
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / f"{shot.name}.png")
    context.close()
    print("  ".join([f"  docs/pictures/{shot.name}.png", *missed]))


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
