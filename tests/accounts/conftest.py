"""Stand-ins of the SMS gateway and of WeChat, and hands for the steps of sign-in."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from foundation.jobs import relay_once
from ops.fakes.sms import FakeSms
from ops.fakes.tencent import FakeTencent
from ops.fakes.wechat import FakeWeChat
from volunteers.accounts import challenge

Relay = Callable[[], None]


@pytest.fixture(scope="session")
def _fake_sms() -> Iterator[FakeSms]:
    fake = FakeSms()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture(scope="session")
def _fake_wechat() -> Iterator[FakeWeChat]:
    fake = FakeWeChat()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def sms(_fake_sms: FakeSms, settings: object) -> FakeSms:
    """The gateway of this test, in a good mood; asked on the relay's own thread."""
    _fake_sms.reset()
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_KEY = _fake_sms.url, "secret"  # type: ignore[attr-defined]
    settings.SMS_SENDERS = 0  # type: ignore[attr-defined]
    settings.OUTGOING_SECONDS = 0.4  # type: ignore[attr-defined]
    return _fake_sms


@pytest.fixture
def wechat(_fake_wechat: FakeWeChat, settings: object) -> FakeWeChat:
    """The WeChat of this test, in a good mood."""
    _fake_wechat.reset()
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = "wx-test", "secret"  # type: ignore[attr-defined]
    settings.WECHAT_AUTHORIZE_URL = f"{_fake_wechat.url}/connect/oauth2/authorize"  # type: ignore[attr-defined]
    settings.WECHAT_API_URL = _fake_wechat.url  # type: ignore[attr-defined]
    settings.OUTGOING_SECONDS = 0.4  # type: ignore[attr-defined]
    return _fake_wechat


@pytest.fixture(scope="session")
def _fake_tencent() -> Iterator[FakeTencent]:
    fake = FakeTencent()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def tencent(_fake_tencent: FakeTencent, settings: Any) -> FakeTencent:
    """The provider of this test, in a good mood; asked on the relay's own thread."""
    _fake_tencent.reset()
    settings.SMS_PROVIDER = "tencent"
    settings.TENCENT_SMS_URL = _fake_tencent.url
    settings.TENCENT_SMS_SECRET_ID, settings.TENCENT_SMS_SECRET_KEY = "AKIDfake", "only-for-tests"
    settings.TENCENT_SMS_APP_ID, settings.TENCENT_SMS_TEMPLATE_ID = "1400006666", "449739"
    settings.TENCENT_SMS_SIGN_NAME = "云溪区三长"
    settings.SMS_SENDERS, settings.OUTGOING_SECONDS = 0, 0.4
    return _fake_tencent


@pytest.fixture
def relay(django_capture_on_commit_callbacks: Callable[..., object]) -> Relay:
    """Let the relay work as it would after the commit of a request."""

    def work() -> None:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            relay_once()

    return work


@pytest.fixture
def ask_code(sms: FakeSms, relay: Relay) -> Callable[[Client, str], str]:
    """Ask for a code on the page and read it on the phone; empty when no message came."""

    def ask(client: Client, phone: str) -> str:
        before = len(sms.messages)
        answer = client.post("/login/", {"phone": phone, **solved()})
        assert answer.status_code == 302, answer.content.decode()
        relay()
        came = sms.messages[before:]
        return str(came[0]["params"]["code"]) if came else ""

    return ask


def solved() -> dict[str, str]:
    """A challenge with its right answer, as somebody who looked at the page would send it."""
    with translation.override("zh-hans"):
        made = challenge.make(busy=True)
    return {"challenge": made.token, "answer": answer_to(made.question)}


def solved_on(text: str) -> dict[str, str]:
    """What the small question on a page wants; empty when it asks none."""
    token = re.search(r'name="challenge" value="([^"]+)"', text)
    return {"challenge": html.unescape(token[1]), "answer": answer_to(text)} if token else {}


def answer_to(text: str) -> str:
    """The sum that a text asks for."""
    asked = re.search(r"([一二三四五六七八九])加([一二三四五六七八九])等于几", text)
    assert asked
    return str(sum("零一二三四五六七八九".index(sign) for sign in asked.groups()))


def wrong(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code or 0) + 1) % 10**6:06}"
