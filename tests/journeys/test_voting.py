"""Voting in a real browser: sealed on the phone and opened with the key; without a script; in elder mode and small."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Error, Page, Request, Route, expect

from events.ballots.models import Envelope
from events.ballots.paper.counter import issue_pass
from tests.ballots.making import Vote, make_household, make_vote
from tests.cast import Cast, person_of
from tests.journeys.test_pages import AXE
from volunteers.accounts.models import User
from volunteers.homes.models import Resident

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("beside_the_loop_of_the_browser")]
Walk = Callable[..., Page]


@pytest.fixture
def vote(committed_cast: Cast) -> Vote:
    """An open vote whose key the test holds."""
    home = make_household(committed_cast.neighbourhood)
    Resident.objects.update(household=home)
    return make_vote(committed_cast)


@pytest.fixture
def walk(browser: Browser, live_server: Any, client_for: Callable[[User], Client]) -> Iterator[Walk]:
    """`walk(user)` is a phone on which somebody is signed in; every script error fails the test."""
    contexts, faults = [], []

    def make(user: User | None, *, width: int = 390, height: int = 844, elder: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN", **options
        )
        contexts.append(context)
        cookies = [{"name": "mode", "value": "elder", "url": live_server.url}] if elder else []
        if user is not None:
            sid = client_for(user).cookies["sid"].value
            cookies.append({"name": "sid", "value": sid, "url": live_server.url})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def at(vote: Vote, name: str) -> str:
    return reverse(name, args=[vote.campaign.uid])


def pick(page: Page, name: str) -> None:
    page.locator(".cand").filter(has_text=name).click()


def test_four_taps_and_what_was_picked_never_leaves_the_phone(vote: Vote, walk: Walk, committed_cast: Cast) -> None:
    page, sent = walk(committed_cast.resident), []

    def note(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data or ''} {request.headers}")

    page.on("request", note)
    page.goto(at(vote, "ballot_vote"))
    expect(page.locator("[data-here]")).to_be_hidden()
    pick(page, "周桂兰")
    pick(page, "顾芳")
    expect(page.locator("[data-counted]")).to_have_text("已选 2 位，最多 5 位")
    page.get_by_role("button", name="看一遍").click()
    expect(page.locator("[data-title]")).to_have_text("您选了这 2 位")
    expect(page.locator("main")).to_contain_text("在这部手机上封")
    page.get_by_role("button", name="封好投出").click()
    page.wait_for_url("**/vote/receipt/")
    expect(page.locator("h1")).to_have_text("选票封好，进箱了")
    envelope = Envelope.objects.get()
    assert envelope.sealed_on == "phone"
    chosen = {vote.candidates[0].pk, vote.candidates[2].pk}
    assert set(vote.open(envelope).choices) == chosen  # the twin: sealed by the script, opened by Python
    assert not [line for line in sent if any(str(one) in line or one.hex in line for one in chosen)]
    code = page.locator(".receipt").inner_text()
    page.get_by_role("link", name="查我的票在不在").click()
    expect(page.locator("[role=status]").filter(has_text="在箱里")).to_be_visible()
    assert page.locator("#code").input_value() == code.replace(" ", "")


def test_picks_survive_looking_elsewhere_are_dropped_and_changed_by_keyboard(
    vote: Vote, walk: Walk, committed_cast: Cast
) -> None:
    page = walk(committed_cast.resident)
    page.goto(at(vote, "ballot_vote"))
    pick(page, "周桂兰")
    page.locator("#q").fill("顾")
    page.keyboard.press("Enter")
    expect(page.locator(".cand")).to_have_count(1)
    page.locator(".cand input").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-counted]")).to_have_text("已选 2 位，最多 5 位")
    page.get_by_role("button", name="看一遍").click()
    page.locator(".cell").filter(has_text="周桂兰").get_by_role("button").click(timeout=5000)
    expect(page.locator("[data-title]")).to_have_text("您选了这 1 位")
    page.get_by_role("button", name="回去改").click()
    expect(page.locator("[data-counted]")).to_have_text("已选 1 位，最多 5 位")
    page.get_by_role("button", name="看一遍").click()
    page.get_by_role("button", name="封好投出").click()
    page.wait_for_url("**/vote/receipt/")
    assert vote.open(Envelope.objects.get()).choices == (vote.candidates[2].pk,)


def test_a_late_answer_shows_nothing_old_and_without_network_no_pick_is_lost(
    vote: Vote, walk: Walk, committed_cast: Cast
) -> None:
    page = walk(committed_cast.resident)
    page.goto(at(vote, "ballot_vote"))
    pick(page, "周桂兰")
    late: list[Route] = []
    page.route("**/vote/", lambda route: route.continue_() if late else late.append(route))
    for words in ("周", "顾"):
        page.locator("#q").fill(words)
        page.keyboard.press("Enter")
    expect(page.locator(".cand")).to_have_count(1)
    with contextlib.suppress(Error):  # given up by the page, it may not go on at all
        late[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".cand")).to_contain_text("顾")
    page.context.set_offline(True)
    page.locator("#q").fill("周")
    page.keyboard.press("Enter")
    expect(page.locator("[data-say]")).to_have_text("没有连上，选好的都还在，请再点一次。")
    expect(page.locator("[data-counted]")).to_have_text("已选 1 位，最多 5 位")


@pytest.mark.parametrize("has_script", [False, True], ids=["no script", "a browser that cannot seal"])
def test_where_the_phone_cannot_seal_the_server_does_and_says_so(
    vote: Vote, walk: Walk, committed_cast: Cast, has_script: bool
) -> None:
    page = walk(committed_cast.resident, java_script_enabled=has_script)
    if has_script:
        page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})")
    page.goto(at(vote, "ballot_vote"))
    expect(page.locator("[data-here]")).to_contain_text("服务器看得到")
    pick(page, "马建国")
    page.get_by_role("button", name="看一遍").click()
    expect(page.locator("main")).to_contain_text("这部手机不能自己封票，由服务器代封")
    expect(page.locator("main")).to_contain_text("封之前服务器看得到")
    page.get_by_role("button", name="封好投出").click()
    page.wait_for_url("**/vote/receipt/")
    envelope = Envelope.objects.get()
    assert (envelope.sealed_on, vote.open(envelope).choices) == ("server", (vote.candidates[1].pk,))


@pytest.mark.parametrize("has_arrived", [False, True], ids=["never arrived", "only the answer was lost"])
def test_without_an_answer_the_phone_stays_and_the_same_envelope_goes_again(
    vote: Vote, walk: Walk, committed_cast: Cast, has_arrived: bool
) -> None:
    page = walk(committed_cast.resident)
    lost: list[str | None] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data)
        if has_arrived:
            route.fetch(max_redirects=0)
        route.abort()

    page.route("**/vote/cast/", lose)
    page.goto(at(vote, "ballot_vote"))
    pick(page, "周桂兰")
    page.get_by_role("button", name="看一遍").click()
    button = page.get_by_role("button", name="封好投出")
    with page.expect_request("**/vote/cast/"):
        button.click()
    expect(page.locator("[data-trouble]")).to_contain_text("没有收到回音")
    expect(page.locator("[data-title]")).to_have_text("您选了这 1 位")
    with page.expect_request("**/vote/cast/") as again:
        button.click()
    assert again.value.post_data == lost[0]
    page.wait_for_url("**/vote/receipt/")
    envelope = Envelope.objects.get()
    assert (envelope.replaced_count, envelope.sealed_on) == (0, "phone")
    assert vote.open(envelope).choices == (vote.candidates[0].pk,)


def test_where_sealing_fails_the_server_sees_nothing_before_another_tap(
    vote: Vote, walk: Walk, committed_cast: Cast
) -> None:
    """And what was picked comes along: to the page of the server and, to change it, back again."""
    page, sent = walk(committed_cast.resident), []
    page.add_init_script("SubtleCrypto.prototype.importKey = () => Promise.reject(new Error('broken'))")
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.goto(at(vote, "ballot_vote"))
    pick(page, "马建国")
    page.locator("#q").fill("顾")
    page.keyboard.press("Enter")
    expect(page.locator(".cand")).to_have_count(1)
    pick(page, "顾芳")
    page.get_by_role("button", name="看一遍").click()
    page.get_by_role("button", name="封好投出").click()
    expect(page.locator("[data-trouble]")).to_contain_text("封之前服务器看得到")
    chosen = {vote.candidates[1].pk, vote.candidates[2].pk}
    assert not [body for body in sent if any(str(one) in body for one in chosen)]
    page.get_by_role("button", name="由服务器代封").click()
    expect(page.locator("main")).to_contain_text("由服务器代封")
    page.get_by_role("button", name="回去改").click()
    expect(page.locator("[data-counted]")).to_have_text("已选 2 位，最多 5 位")
    page.locator("#q").fill("周")
    page.keyboard.press("Enter")
    expect(page.locator(".cand")).to_have_count(1)
    page.get_by_role("button", name="看一遍").click()
    expect(page.locator("[data-rows]")).to_contain_text("马建国")
    expect(page.locator("[data-rows]")).to_contain_text("顾芳")
    page.goto(at(vote, "ballot_opinion"))
    page.locator(".choice").filter(has_text="很愿意").click()
    page.get_by_role("button", name="封好投出").click()
    expect(page.locator("[data-here]")).to_contain_text("服务器看得到")
    assert not Envelope.objects.exists()


def test_signed_out_or_over_it_is_said_by_the_page_and_not_inside_the_list(
    vote: Vote, walk: Walk, committed_cast: Cast
) -> None:
    page = walk(committed_cast.resident)
    page.goto(at(vote, "ballot_vote"))
    vote.close()
    page.locator("#q").fill("周")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{at(vote, 'campaign')}")
    expect(page.locator("h1")).to_have_count(1)


def test_the_booth_is_not_kept_for_when_there_is_no_network(vote: Vote, walk: Walk, committed_cast: Cast) -> None:
    """Else the answer about one receipt would be shown for another."""
    page = walk(committed_cast.resident)
    page.goto(at(vote, "campaign"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for name in ("campaign", "ballot_check", "ballot_vote"):
        page.goto(at(vote, name))
    page.context.set_offline(True)
    page.goto(at(vote, "campaign"))
    expect(page.locator("h1")).to_contain_text("最美邻长")
    for name in ("ballot_check", "ballot_vote"):
        with pytest.raises(Error):
            page.goto(at(vote, name) + "?code=7K3D")


def test_elder_mode_dark_and_320_px_wide(vote: Vote, walk: Walk, committed_cast: Cast) -> None:
    page = walk(committed_cast.resident, width=320, height=640, elder=True, color_scheme="dark")
    page.goto(at(vote, "ballot_vote"))
    fits(page)
    pick(page, "周桂兰")
    page.get_by_role("button", name="看一遍").click()
    fits(page)
    page.get_by_role("button", name="封好投出").click()
    page.wait_for_url("**/vote/receipt/")
    fits(page)
    page.get_by_role("link", name="下次还愿意选周桂兰当邻长吗").click()
    fits(page)
    page.locator(".choice").filter(has_text="很愿意").click()
    page.get_by_role("button", name="封好投出").click()
    expect(page.locator(".banner--ok")).to_contain_text("答过了")
    envelope = Envelope.objects.get(kind="household")
    opened = vote.open(envelope)
    assert (envelope.sealed_on, opened.step, opened.choices) == ("phone", 5, (vote.candidates[0].pk,))


def test_at_the_counter_the_screen_is_empty_again(vote: Vote, walk: Walk, committed_cast: Cast) -> None:
    person = person_of(committed_cast.resident)
    issued = issue_pass(uid=uuid.uuid4(), campaign=vote.campaign, person=person, acting_user=committed_cast.worker)
    page = walk(None)
    page.goto(at(vote, "counter_enter"))
    page.locator("input[name=code]").fill(issued.code)
    page.get_by_role("button", name="开始投票").click()
    pick(page, "周桂兰")
    page.get_by_role("button", name="看一遍").click()
    page.get_by_role("button", name="封好投出").click()
    page.wait_for_url("**/counter/done/")
    expect(page.locator("h1")).to_have_text("选票封好，进箱了")
    page.get_by_role("link", name="好了，清空屏幕").click()
    assert page.goto(at(vote, "counter_vote")).status == 404  # type: ignore[union-attr]
    envelope = Envelope.objects.get()
    assert (envelope.sealed_on, vote.open(envelope).choices) == ("counter", (vote.candidates[0].pk,))


def fits(page: Page) -> None:
    """Nothing is wider than the screen, and axe finds nothing serious."""
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), page.url
    page.evaluate(AXE)
    result = page.evaluate("axe.run('body', {resultTypes: ['violations']})")
    found = [one["id"] + " " + one["nodes"][0]["html"][:120] for one in result["violations"]
             if one["impact"] in {"serious", "critical"}]  # fmt: skip
    assert not found, found
