"""Passkeys in real Chromium with an authenticator of its own, and the work it does instead of a question."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import BECOME, Phone

pytestmark = [pytest.mark.browser, pytest.mark.everywhere]


@pytest.fixture
def at_localhost(phone: Phone, site: str) -> Page:
    """A browser that calls the site by a name: passkeys are bound to names, and 127.0.0.1 is none."""
    page = phone()
    page.goto(site.replace("127.0.0.1", "localhost") + "/demo/")
    page.locator(BECOME.format("worker")).click()
    page.wait_for_load_state()
    return page


def with_authenticator(page: Page) -> None:
    """A device with a fingerprint reader that always recognises its person."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_and_opens_the_console(at_localhost: Page, site: str) -> None:
    page, home = at_localhost, site.replace("127.0.0.1", "localhost")
    with_authenticator(page)
    page.goto(f"{home}/me/passkeys/")
    page.get_by_label("给它起个名字").fill("办公室电脑")
    page.get_by_role("button", name="加一个通行密钥").click()
    page.wait_for_url("**/login/staff/recovery/")
    expect(page.get_by_role("listitem").filter(has_text=re.compile(r"^\d{8}$"))).to_have_count(10)
    page.goto(f"{home}/me/passkeys/")
    expect(page.get_by_text("办公室电脑").first).to_be_visible()
    page.goto(f"{home}/logout/")
    page.get_by_role("button", name="退出登录").click()
    page.goto(f"{home}/login/staff/")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url("**/console/")
    expect(page.locator("h1").first).to_be_visible()


@pytest.mark.soak  # the browser gives up after half a minute
def test_a_browser_whose_person_is_not_recognised_says_so_and_stays(at_localhost: Page, site: str) -> None:
    page, home = at_localhost, site.replace("127.0.0.1", "localhost")
    page.goto(f"{home}/logout/")
    page.get_by_role("button", name="退出登录").click()
    with_authenticator(page)
    page.goto(f"{home}/login/staff/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("alert")).to_contain_text("没有用成通行密钥", timeout=90_000)
    assert page.url == f"{home}/login/staff/"
    expect(page.get_by_role("button", name="用通行密钥登录")).to_be_enabled()


def test_without_scripts_passkeys_are_not_offered_and_a_question_is_asked(phone: Phone) -> None:
    page = phone(java_script_enabled=False)
    page.goto("/login/staff/")
    expect(page.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
    page.goto("/login/")
    expect(page.get_by_text("等于几")).to_be_visible()


def test_with_scripts_the_browser_works_and_nobody_is_asked(phone: Phone) -> None:
    page = phone()
    page.goto("/login/")
    expect(page.get_by_label("手机号")).to_be_visible()
    expect(page.get_by_text("等于几")).to_be_hidden()
    page.get_by_label("手机号").fill("15499990999")
    page.get_by_role("button", name="发验证码").click()
    page.wait_for_url("**/login/code/", timeout=60_000)
