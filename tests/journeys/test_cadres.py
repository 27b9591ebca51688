"""Scenario A2 in a real browser: which cadres serve as leaders, from what is stored."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Phone

pytestmark = pytest.mark.browser


def first_row(page: Page) -> list[str]:
    """The cells of the first line of the list."""
    return [text.strip() for text in page.locator("#listing-results tbody tr").first.locator("td").all_inner_texts()]


def follow_first(page: Page) -> None:
    """Into the first line of the list."""
    page.locator("#listing-results tbody tr").first.locator("a").first.click()
    page.wait_for_load_state()


def test_a_clerk_goes_from_the_counts_to_one_name(phone: Phone) -> None:
    page = phone("district", width=1280, height=800)
    page.goto("/console/")
    page.locator("nav button, aside button, #wagtail-sidebar button").filter(has_text="三长与住户").first.click()
    page.get_by_role("link", name="机关党员干部任职", exact=True).click()
    page.wait_for_load_state()
    street = first_row(page)
    assert street[0] == "青禾街道"
    people, households, vacancies = int(street[1]), int(street[5]), int(street[6])
    assert people > 0
    assert households > 0
    assert vacancies >= 0
    assert not page.locator("#listing-results form textarea, #listing-results tbody input").count()
    follow_first(page)
    communities = page.locator("#listing-results tbody tr").all_inner_texts()
    assert len(communities) == 2
    assert sum(int(row.split("\t")[1]) for row in communities) >= people
    follow_first(page)
    listed = first_row(page)
    follow_first(page)
    expect(page.locator("main")).to_contain_text(listed[1])
    told = page.locator("main").inner_text()
    assert not re.search(r"1\d{2}\*{4}\d{4}|1\d{10}", told)
    days = set(re.findall(r"\d{4}-\d{2}-\d{2}", told))
    assert days == {listed[5]}, "only the period of the role"


def test_the_list_of_offices_is_narrowed_by_role(phone: Phone) -> None:
    page = phone("street", width=1280, height=800)
    page.goto("/console/cadres/employers/?role=neighbour_leader")
    row = first_row(page)
    assert row[0].startswith("区")
    assert (row[2], row[3]) == ("0", "0")
    assert row[1] == row[4]


@pytest.mark.parametrize("persona", ["leader", "group", "area"])
def test_a_leader_has_no_such_page(phone: Phone, persona: str) -> None:
    page = phone(persona)
    for path in ("/console/cadres/", "/console/cadres/names/", "/console/cadres/employers/"):
        answer = page.request.get(path)
        assert answer.status == 403
        assert "区图书馆" not in answer.text()
    page.goto("/")
    assert "干部任职" not in page.content()
