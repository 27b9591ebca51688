"""Every page of every visitor: no number in clear, no zoom forbidden, nothing from elsewhere, strict headers.

The numbers of the cast are canaries: after the walk every row of every table is searched for them (goals G13, G14).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

from foundation import audit
from tests.accounts.conftest import solved
from tests.cast import Cast
from tests.permissions.matrix import Address, Question, addresses, path_of
from tests.permissions.table import TABLE
from tests.permissions.world import World, make_world
from tests.sampling import in_part_and_whole, part_of
from volunteers.people.models import Person

CANARY = re.compile(r"1549999\d{4}")
WALKERS = ("anonymous", "leader", "group_leader", "worker", "district_clerk", "resident", "merchant_person")
SEARCHES = ("1549999", "0001", "周桂兰")
FROM_ELSEWHERE = re.compile(r'<(?:script|link|img|iframe|source|video|form)[^>]*\s(?:src|href|action)="(?:https?:)?//')


@dataclass
class Page:
    """One answer."""

    who: str
    path: str
    response: HttpResponseBase
    text: str

    @property
    def is_html(self) -> bool:
        """Whether a browser shows it."""
        return self.response.headers.get("Content-Type", "").startswith("text/html")

    @property
    def is_console(self) -> bool:
        """Whether Wagtail wrote it."""
        return self.path.startswith("/console/")


def _get(client: Client, who: str, path: str, **headers: str) -> Page:
    response: Any = client.get(path, headers=headers)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return Page(who, path, response, content.decode("utf-8", "replace"))


def walk(world: World, share: int) -> Iterator[Page]:
    """Every page of ours that GET reaches, of one's own things, as several people, or part of it; searches too."""
    reached = [one for one in addresses() if one.name in TABLE and one.name not in {"logout", "console_logout"}]
    for who, address in part_of(itertools.product(WALKERS, reached), share):
        yield _own(world, who, address)
    for who in WALKERS:
        for words in SEARCHES:
            for path in (
                "/console/tasks/",
                "/console/notices/",
                "/console/pages/search/",
                "/console/rewards/merchant/",
            ):
                yield _get(world.client(who), who, f"{path}?q={words}")
        yield _get(world.client(who), who, "/no/such/page/")


def _own(world: World, who: str, address: Address) -> Page:
    row = TABLE[address.name]
    thing = world.thing(row.sort, who, "own") if row.sort else None
    return _get(world.client(who), who, path_of(world, Question(address, who, "own", "GET"), thing))


@pytest.fixture
def world(cast: Cast, tmp_path: Path, settings: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(cast)


def sign_in_by_phone(cast: Cast) -> Client:
    """Somebody types their number and the code that the demo shows."""
    client = Client()
    assert cast.leader.person
    answer = client.post("/login/", {"phone": cast.leader.person.phone, **solved()}, follow=True)
    code = re.search(r"\b(\d{6})\b", re.sub(r"<[^>]+>", "", answer.content.decode()))
    if code:
        client.post("/login/code/", {"code": code[1]})
    return client


def rows() -> Iterator[tuple[str, str]]:
    """Every value of every table as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield table, " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row)


@in_part_and_whole(6)
def test_every_page_keeps_the_limits(world: World, caplog: pytest.LogCaptureFixture, share: int) -> None:
    assert Person.objects.by_phone("15499990001").exists(), "the canaries are not there"
    signed_in = sign_in_by_phone(world.cast)
    pages = [*walk(world, share), _get(signed_in, "leader by phone", "/me/")]
    assert len(pages) > 100 * len(WALKERS) / share
    wrong: list[str] = []
    for page in pages:
        name = f"{page.who} {page.path}"
        if page.response.status_code >= 500:
            wrong.append(f"{name}: {page.response.status_code}")
        if CANARY.search(page.text):
            wrong.append(f"{name}: a number in clear")
        wrong += [f"{name}: {fault}" for fault in header_faults(page)]
        if page.is_html and not page.is_console:
            wrong += [f"{name}: {fault}" for fault in html_faults(page.text)]
    assert not wrong, "\n".join(wrong[:60])
    leaks = {table for table, text in rows() if CANARY.search(text)}
    leaks |= {"a session" for row in Session.objects.all() if CANARY.search(str(row.get_decoded()))}
    assert not leaks
    assert not CANARY.search(caplog.text)


def header_faults(page: Page) -> Iterator[str]:
    """What an answer lacks."""
    headers = page.response.headers
    policy = headers.get("Content-Security-Policy", "")
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    if headers.get("Referrer-Policy") not in {"strict-origin-when-cross-origin", "no-referrer", "same-origin"}:
        yield "tells others where one was"
    if headers.get("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
        yield "may be framed"
    if not policy or ("object-src 'none'" not in policy and "sandbox" not in policy):
        yield f"policy: {policy}"
    if not page.is_console and (
        "unsafe" in policy or ("frame-ancestors 'none'" not in policy and "sandbox" not in policy)
    ):
        yield f"loose policy: {policy}"
    for cookie in page.response.cookies.values():
        if cookie["samesite"] not in {"Lax", "Strict"}:
            yield f"cookie {cookie.key} goes everywhere"
        if cookie.key in {"sid", "wechat_state"} and not cookie["httponly"]:
            yield f"cookie {cookie.key} is read by scripts"


def html_faults(text: str) -> Iterator[str]:
    """What a page must not do."""
    viewport = re.search(r'<meta name="viewport" content="([^"]*)"', text)
    if "<!doctype html>" in text.lower() and viewport is None:
        yield "no viewport"
    if viewport and re.search(r"user-scalable|maximum-scale|minimum-scale", viewport[1]):
        yield "forbids zooming"
    if found := FROM_ELSEWHERE.search(text):
        yield f"asks elsewhere: {found[0][:80]}"
    if re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)", text):
        yield "inline script"
    if re.search(r"<style\b|<[a-z][^>]*\s(?:style|on[a-z]+)=", text):
        yield "inline style or handler"


def test_the_canary_is_found_where_it_is_planted(cast: Cast) -> None:
    audit.record(actor=cast.leader, act="planted", obj=None, data={"words": "15499990001"})
    assert [table for table, text in rows() if CANARY.search(text)] == ["foundation_auditentry"]
