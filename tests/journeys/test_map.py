"""社区治理地图 in a real browser: drawn from our own server, by mouse and by keyboard, with and without tiles."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Phone
from tests.journeys.test_pages import faults_of, overflow_of

pytestmark = pytest.mark.browser

PLACES = "#atlas-map path.place"


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "#e5e0d4").save(out, "PNG")
    return out.getvalue()


def desk(phone: Phone, persona: str, **options: Any) -> Page:
    """A page at a desk."""
    return phone(persona, **{"width": 1280, "height": 800} | options)


def opened(page: Page, path: str = "/console/map/") -> Page:
    """The map, once it is drawn."""
    page.goto(path)
    page.locator("#atlas-map[data-ready]").wait_for()
    return page


def steps(page: Page) -> list[str]:
    """On which step each place is drawn, in order."""
    found: list[str] = page.locator(PLACES).evaluate_all(
        "all => all.sort((a, b) => a.dataset.uid < b.dataset.uid ? -1 : 1)"
        ".map(one => Array.from(one.classList).find(name => name.startsWith('step--')) || '')"
    )
    return found


def test_the_district_is_drawn_and_nothing_is_asked_elsewhere(phone: Phone, site: str) -> None:
    page = desk(phone, "district")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page)
    outlines = page.request.get("/console/map/outlines.json").json()["features"]
    assert len(outlines) >= 4
    assert page.locator(PLACES).count() == len(outlines)
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(site).netloc}
    assert all(step.startswith("step--") for step in steps(page))
    box = page.locator("#atlas-map").bounding_box()
    assert box
    assert box["width"] > 400
    assert box["height"] >= 320
    assert page.locator(".leaflet-tile").count() == 0
    assert overflow_of(page) <= 1


def test_tabs_change_colours_words_and_the_address(phone: Phone) -> None:
    page = opened(desk(phone, "district"))
    before = steps(page)
    page.locator(".atlas__tabs a", has_text="覆盖").click()
    expect(page.locator(".atlas__tabs [aria-current]")).to_have_text("覆盖")
    assert page.url.endswith("layer=coverage")
    assert steps(page) != before
    expect(page.locator("#atlas-legend")).to_contain_text("95% 以上")
    expect(page.locator("#atlas-about")).to_have_text("有邻长联系的住户")
    labels = page.locator(".place-label").all_text_contents()
    assert all(label.endswith("%") for label in labels)
    assert page.locator("th[data-column][aria-current]").text_content() == "覆盖"
    page.reload()
    page.locator("#atlas-map[data-ready]").wait_for()
    expect(page.locator(".atlas__tabs [aria-current]")).to_have_text("覆盖")


def test_a_click_outlines_a_community_and_shows_its_figures(phone: Phone) -> None:
    page = opened(desk(phone, "district"))
    place = page.locator(PLACES).nth(1)
    name = (place.get_attribute("aria-label") or "").split("  ")[0].split(" · ")[-1]
    place.click(force=True)
    expect(page.locator("#atlas-focus")).to_have_text(name)
    expect(page.locator(".place--chosen")).to_have_count(1)
    stroke = page.locator(".place--chosen").evaluate("one => getComputedStyle(one).stroke")
    assert stroke == "rgb(30, 37, 33)"
    page.locator("#atlas-panel").get_by_role("link", name=f"打开{name}").click()
    expect(page.locator(".houses")).to_be_visible()
    assert page.locator(".pane").count() > 5
    page.locator(".atlas__figures a").first.click()
    expect(page.locator("h1")).to_contain_text(name)


def test_the_map_works_by_keyboard(phone: Phone) -> None:
    page = opened(desk(phone, "district"))
    stops = page.locator(f"{PLACES}[tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    first = page.evaluate("document.activeElement.dataset.uid")
    seen = {first}
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "Home"):
        page.keyboard.press(key)
        seen.add(page.evaluate("document.activeElement.dataset.uid"))
    assert len(seen) >= 3
    said = page.locator("#atlas-said").text_content() or ""
    assert "空缺" in said
    page.keyboard.press("Enter")
    expect(page.locator(".place--chosen")).to_have_count(1)
    expect(page.locator("#atlas-focus")).to_be_visible()
    assert page.evaluate("document.activeElement.classList.contains('place--chosen')")
    expect(stops).to_have_count(1)


@pytest.mark.parametrize("persona", ["district", "street", "worker"])
def test_the_map_is_sound(phone: Phone, persona: str) -> None:
    page = opened(desk(phone, persona))
    page.evaluate("document.querySelectorAll('.sidebar').forEach((one) => one.remove())")  # Wagtail's own
    assert faults_of(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.querySelector('#atlas').scrollWidth - innerWidth") <= 1


def test_a_worker_sees_the_own_community_with_its_houses(phone: Phone) -> None:
    page = opened(desk(phone, "worker"))
    assert page.locator(PLACES).count() == 1
    assert page.locator(".bighouse").count() >= 2
    assert page.locator(".pane--lit").count() > page.locator(".pane:not(.pane--lit)").count()


def test_without_a_script_the_table_says_all(phone: Phone) -> None:
    page = desk(phone, "district", java_script_enabled=False)
    page.goto("/console/map/?layer=coverage")
    assert page.locator("#atlas-map").is_hidden()
    rows = page.locator(".atlas__table tbody tr")
    assert rows.count() >= 4
    rows.first.locator("td.number a").first.click()
    assert "/lines/?layer=vacancies" in page.url


def test_when_the_outlines_do_not_come_the_table_stays(phone: Phone) -> None:
    page = desk(phone, "district")
    page.route("**/outlines.json*", lambda route: route.fulfill(status=503))
    page.goto("/console/map/")
    expect(page.locator("#atlas-said")).to_contain_text("地图没有读出来")
    expect(page.locator("#atlas-map")).to_be_hidden()
    expect(page.locator(".atlas__table")).to_be_visible()


TILES = "https://tiles.example/{z}/{x}/{y}.png"


class Tiles:
    """A map service that can break down. It stands in the browser, which keeps pages from asking the own machine."""

    def __init__(self, *, works: bool) -> None:
        self.works = works
        self.asked: list[str] = []

    def __call__(self, route: Route) -> None:
        self.asked.append(route.request.url)
        if self.works:
            route.fulfill(body=_picture(), content_type="image/png")
        else:
            route.fulfill(status=500)


def with_tiles(page: Page, tiles: Tiles, attribution: str = "天地图") -> Page:
    """The same page as a server would send it that was set up with this source (`tests/atlas/test_tiles.py`)."""

    def answer(route: Route) -> None:
        given = route.fetch()
        body = given.text().replace('"urls": []', f'"urls": ["{TILES}"]')
        body = body.replace('"attribution": ""', f'"attribution": "{attribution}"')
        assert TILES in body
        policy = given.headers["content-security-policy"].replace("img-src", "img-src https://tiles.example")
        route.fulfill(response=given, body=body, headers=given.headers | {"content-security-policy": policy})

    page.route("https://tiles.example/**", tiles)
    page.route("**/console/map/", answer)
    return opened(page)


def test_tiles_lie_beneath_with_the_name_of_their_maker(phone: Phone) -> None:
    tiles = Tiles(works=True)
    page = with_tiles(desk(phone, "district"), tiles, "天地图 <b>GS</b>")
    page.locator("#atlas-map.has-tiles").wait_for()
    assert page.locator("img.leaflet-tile").count() > 0
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("天地图 <b>GS</b>")
    assert all(url.endswith(".png") for url in tiles.asked)


def test_the_map_goes_on_when_tiles_fail(phone: Phone) -> None:
    page = with_tiles(desk(phone, "district"), Tiles(works=False))
    expect(page.locator("#atlas-said")).to_contain_text("底图暂时没有")
    assert page.locator("img.leaflet-tile").count() == 0
    assert page.locator(PLACES).count() >= 4
    page.locator(".atlas__tabs a", has_text="覆盖").click()
    expect(page.locator("#atlas-about")).to_have_text("有邻长联系的住户")
