"""Every page: nothing serious found by axe, nothing wider than the screen; light, dark, elder, large type, 320 px."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page

from tests.journeys.conftest import ROOT, Phone
from tests.sampling import in_part_and_whole, part_of

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "leader": [
        "/", "/tasks/", "/benefits/", "/points/", "/me/", "/inbox/", "/notices/", "/events/", "/outbox/",
        "/homes/", "/posts/mine/", "/posts/notices/", "/me/data/", "/me/devices/", "/me/phone/", "/points/rules/",
        "/points/print/", "/benefits/?show=near", "/benefits/history/", "/store/", "/store/collectors/", "/honours/",
        "/stories/", "/events/mine/", "/best/",
    ],
    "group": [
        "/", "/tasks/", "/tasks/waiting/", "/homes/", "/posts/propose/", "/events/hours/", "/benefits/for/",
    ],
    "area": ["/", "/tasks/"],
    "worker": ["/", "/tasks/", "/tasks/new/"],
    "district": ["/", "/tasks/"],
    "resident": ["/", "/notices/", "/events/", "/me/", "/homes/mine/", "/thanks/", "/store/"],
    "merchant": [
        "/merchant/", "/merchant/history/", "/merchant/benefits/", "/merchant/benefits/new/", "/merchant/agreement/",
    ],
    "department": ["/"],
    "": [
        "/", "/login/", "/login/staff/", "/demo/", "/notices/", "/find/",
        "/nowhere/", "/shops/", "/merchant/join/", "/certificates/", "/best/",
    ],
}  # fmt: skip
DESK = [
    "/console/", "/console/people/", "/console/appointments/", "/console/proposals/", "/console/vacancies/",
    "/console/households/", "/console/residents/", "/console/buildings/", "/console/doors/", "/console/units/",
    "/console/structure/", "/console/structure/new/", "/console/reports/month/", "/console/party/",
    "/console/cadres/", "/console/map/", "/console/requests/", "/console/accounts/", "/console/roster/imports/",
    "/console/find/?q=zgl", "/console/points/awards/", "/console/rewards/merchant/",
    "/console/rewards/wish/", "/console/store/goods/", "/console/store/redemptions/", "/console/certificates/",
    "/console/service/", "/console/anniversaries/", "/console/stories/", "/console/campaigns/",
]  # fmt: skip
DISTRICT_DESK = [
    "/console/points/budgets/", "/console/campaigns/new/", "/console/campaigns/rules/",
    "/console/campaigns/nominations/", "/console/campaigns/panel/", "/console/campaigns/panel/add/",
    "/console/ballots/boxes/", "/console/ballots/roll/", "/console/ballots/paper/", "/console/ballots/paper/print/",
    "/console/ballots/paper/voters/", "/console/ballots/quarantine/", "/console/ballots/disputes/",
    "/console/ballots/turnout/", "/console/ballots/growth/", "/console/ballots/sampling/", "/console/results/",
]  # fmt: skip


def faults_of(page: Page, part: str = "html", only: str = "") -> list[str]:
    """Serious and critical findings of axe-core in a part of the page, of one rule or all, in a line each."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    rule = f", runOnly: ['{only}']" if only else ""
    result = page.evaluate(f"axe.run('{part}', {{resultTypes: ['violations'], preload: false{rule}}})")
    return [
        f"{page.url} {v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in result["violations"]
        if v["impact"] in {"serious", "critical"}
    ]


def overflow_of(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def plain_faults_of(page: Page) -> list[str]:
    """What is wrong with a page as it first appears."""
    wide = [f"{page.url} is {overflow_of(page)} px too wide"] if overflow_of(page) > 1 else []
    return faults_of(page) + wide


def follow(page: Page) -> list[str]:
    """The pages one tap behind this one, a few of each kind."""
    links: list[str] = page.evaluate(
        "Array.from(document.querySelectorAll('main a[href^=\"/\"]:not([download])'), (a) => a.getAttribute('href'))"
    )
    return [link for link in dict.fromkeys(links) if not link.startswith("/console/")][:6]


def looks_of(page: Page) -> list[str]:
    """The same page of a phone once more in the dark, on 320 px, and with type of twice the size."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    faults = [f"dark: {fault}" for fault in faults_of(page, only="color-contrast")]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 640})
    if overflow_of(page) > 1:
        faults.append(f"{page.url} is {overflow_of(page)} px too wide for 320 px")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    if overflow_of(page) > 1:
        faults.append(f"{page.url} is {overflow_of(page)} px too wide with large type")
    return faults


def small_of(page: Page) -> list[str]:
    """What is too small for the elder mode: words below 18 px, targets below 60 px."""
    words: list[str] = page.evaluate(
        """Array.from(document.querySelectorAll('main *, nav *')).filter((n) => n.childNodes.length
           && Array.from(n.childNodes).some((c) => c.nodeType === 3 && c.textContent.trim())
           && n.getClientRects().length && !n.closest('.vh, [hidden], svg')
           && parseFloat(getComputedStyle(n).fontSize) < 18).map((n) => n.outerHTML.slice(0, 90))"""
    )
    targets: list[str] = page.evaluate(
        """Array.from(document.querySelectorAll('a, button, input:not([type=hidden]), select')).filter((n) => {
           const r = (n.closest('label') || n).getBoundingClientRect();
           return r.width && r.height && (r.height < 59.5 || r.width < 44)
             && !n.closest('.vh, p:not(.backline), .skip') })
           .map((n) => n.outerHTML.slice(0, 90))"""
    )
    return [f"{page.url} small: {one}" for one in [*words, *targets]]


@pytest.mark.soak
@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("persona", PAGES)
def test_every_page_is_sound_in_every_look(phone: Phone, persona: str, elder: bool) -> None:
    page = phone(persona, elder=elder)
    paths = list(PAGES[persona])
    faults: list[str] = []
    for path in paths:  # grows while it is walked
        page.goto(path)
        faults += plain_faults_of(page)
        if elder:
            faults += small_of(page)
        if path not in PAGES[persona] or elder:
            continue
        room = len(PAGES[persona]) + 6 - len(paths)
        paths += [link for link in follow(page) if link not in paths][:room]
        faults += looks_of(page)
    assert faults == [], json.dumps(faults, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("persona", PAGES)
def test_a_part_of_the_pages_is_sound(phone: Phone, persona: str, elder: bool) -> None:
    page = phone(persona, elder=elder)
    faults: list[str] = []
    for path in part_of(PAGES[persona], 4):
        page.goto(path)
        faults += plain_faults_of(page)
        faults += small_of(page) if elder else looks_of(page)
    assert faults == [], json.dumps(faults, ensure_ascii=False, indent=1)


def test_one_page_of_each_kind_about_the_vote_is_sound(phone: Phone) -> None:
    page = phone("resident")
    paths, kinds, faults = ["/best/"], set[str | None](), list[str]()
    for path in paths:  # grows while it is walked
        kind = resolve(urlsplit(path).path).url_name
        if kind in kinds - {"campaign"}:  # the one that is running and the one before lead to different pages
            continue
        kinds.add(kind)
        page.goto(path)
        faults += faults_of(page)
        links: list[str] = page.evaluate(
            "Array.from(document.querySelectorAll('main a[href^=\"/best/\"]'), (link) => link.getAttribute('href'))"
        )
        paths += [link.split("#")[0] for link in links if "." not in link.rsplit("/", 1)[-1]]
        faults += looks_of(page)
    assert {
        "campaign",
        "candidate_list",
        "candidate",
        "ballot_vote",
        "result",
        "result_winner",
        "ballot_box",
    } <= kinds, kinds
    assert faults == [], json.dumps(faults, ensure_ascii=False, indent=1)


def test_the_whole_check_in_works_by_keyboard(phone: Phone) -> None:
    page = phone("leader")
    page.goto("/tasks/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('main a.cell')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*-*/")
    assert page.evaluate("document.querySelectorAll('main').length") == 1


@in_part_and_whole(4)
def test_the_console_is_sound(phone: Phone, share: int) -> None:
    faults: list[str] = []
    for persona, paths in (("worker", DESK), ("district", DISTRICT_DESK)):
        desk = phone(persona, width=1280, height=800)
        for path in part_of(paths, share):
            desk.goto(path)
            if not desk.url.endswith(path):
                faults.append(f"{path} leads {persona} to {desk.url}")
            faults += faults_of(desk, "main")
            if overflow_of(desk) > 0:
                faults.append(f"{path} is wider than the screen")
    assert faults == []
