"""Every page: nothing serious found by axe, nothing wider than the screen; light, dark, elder, large type, 320 px."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import ROOT, Phone

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "leader": [
        "/", "/tasks/", "/benefits/", "/points/", "/me/", "/inbox/", "/notices/", "/events/", "/outbox/",
        "/homes/", "/posts/mine/", "/posts/notices/", "/me/data/", "/me/devices/", "/me/phone/",
    ],
    "group": ["/", "/tasks/", "/tasks/waiting/", "/homes/", "/posts/propose/"],
    "area": ["/", "/tasks/"],
    "worker": ["/", "/tasks/", "/tasks/new/"],
    "district": ["/", "/tasks/"],
    "resident": ["/", "/notices/", "/events/", "/me/", "/homes/mine/"],
    "merchant": ["/merchant/", "/merchant/history/", "/merchant/benefits/"],
    "department": ["/"],
    "": ["/", "/login/", "/login/staff/", "/demo/", "/notices/", "/find/", "/nowhere/"],
}  # fmt: skip
DESK = [
    "/console/", "/console/people/", "/console/appointments/", "/console/proposals/", "/console/vacancies/",
    "/console/households/", "/console/residents/", "/console/buildings/", "/console/doors/", "/console/units/",
    "/console/structure/", "/console/structure/new/", "/console/reports/month/", "/console/party/",
    "/console/cadres/", "/console/map/", "/console/requests/", "/console/accounts/", "/console/roster/imports/",
    "/console/find/?q=zgl",
]  # fmt: skip
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "elder": {"elder": True},
    "elder-dark": {"elder": True, "color_scheme": "dark"},
    "narrow": {"width": 320, "height": 640},
}


def faults_of(page: Page, part: str = "html") -> list[str]:
    """Serious and critical findings of axe-core in a part of the page, in a line each."""
    page.evaluate(AXE)
    result = page.evaluate(f"axe.run('{part}', {{resultTypes: ['violations']}})")
    return [
        f"{page.url} {v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in result["violations"]
        if v["impact"] in {"serious", "critical"}
    ]


def overflow_of(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def follow(page: Page) -> list[str]:
    """The pages one tap behind this one, a few of each kind."""
    links: list[str] = page.evaluate(
        "Array.from(document.querySelectorAll('main a[href^=\"/\"]'), (a) => a.getAttribute('href'))"
    )
    return [link for link in dict.fromkeys(links) if not link.startswith("/console/")][:6]


EVERY_TIME = {"light"}
NARROW = {"leader", "worker", "resident", ""}
EVERY_LOOK = {"leader"}


def _looks() -> list[Any]:
    """Light for everybody at every run, narrow for some, most looks for a leader; `make soak` asks all of them."""

    def is_short(persona: str, look: str) -> bool:
        some_look = look != "dark" and persona in EVERY_LOOK
        return look in EVERY_TIME or some_look or (look == "narrow" and persona in NARROW)

    return [
        pytest.param(persona, look, marks=() if is_short(persona, look) else pytest.mark.soak)
        for persona in PAGES
        for look in LOOKS
    ]


@pytest.mark.parametrize(("persona", "look"), _looks())
def test_every_page_is_sound(phone: Phone, persona: str, look: str) -> None:
    page = phone(persona, **LOOKS[look])
    paths = list(PAGES[persona])
    faults: list[str] = []
    for depth, path in enumerate(paths):
        page.goto(path)
        faults += faults_of(page)
        if overflow_of(page) > 1:
            faults.append(f"{path} is {overflow_of(page)} px too wide")
        if look == "light" and depth < len(PAGES[persona]):
            paths += [link for link in follow(page) if link not in paths and len(paths) < 12]
    assert faults == [], json.dumps(faults, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("persona", [pytest.param(p, marks=() if p in NARROW else pytest.mark.soak) for p in PAGES])
def test_type_of_twice_the_size_fits(phone: Phone, persona: str) -> None:
    page = phone(persona)
    for path in PAGES[persona]:
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert overflow_of(page) <= 1, f"{path} is {overflow_of(page)} px too wide with large type"


def test_elder_mode_has_large_type_and_large_targets(phone: Phone) -> None:
    page = phone("leader", elder=True)
    for path in PAGES["leader"]:
        page.goto(path)
        small = page.evaluate(
            """Array.from(document.querySelectorAll('main *, nav *')).filter((n) => n.childNodes.length
               && Array.from(n.childNodes).some((c) => c.nodeType === 3 && c.textContent.trim())
               && n.getClientRects().length && !n.closest('.vh, [hidden], svg')
               && parseFloat(getComputedStyle(n).fontSize) < 18).map((n) => n.outerHTML.slice(0, 90))"""
        )
        assert small == [], f"{path}: below 18 px"
        low = page.evaluate(
            """Array.from(document.querySelectorAll('a, button, input:not([type=hidden]), select')).filter((n) => {
               const r = (n.closest('label') || n).getBoundingClientRect();
               return r.width && r.height && (r.height < 59.5 || r.width < 44)
                 && !n.closest('.vh, p:not(.backline), .skip') })
               .map((n) => n.outerHTML.slice(0, 90))"""
        )
        assert low == [], f"{path}: targets below 60 px"


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


def test_the_console_is_sound(phone: Phone) -> None:
    desk = phone("worker", width=1280, height=800)
    faults: list[str] = []
    for path in DESK:
        desk.goto(path)
        faults += faults_of(desk, "main")
        if overflow_of(desk) > 0:
            faults.append(f"{path} is wider than the screen")
    assert faults == []
