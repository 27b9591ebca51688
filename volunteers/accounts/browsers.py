"""Browsers that have signed in with a number before. It opens nothing: it only keeps its owner's share of messages.

Somebody who asks for codes to another person's number from elsewhere uses up what strangers may use; whoever holds the
phone that signed in with it last month still gets theirs (threat T8). A cookie of our own, since a session ends.
"""

from __future__ import annotations

import secrets as random

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from foundation import secrets

MOST = 6
SECONDS = 400 * 24 * 3600
_PARTS = 32


def _mac(browser: str, phone_index: str) -> str:
    return secrets.hmac_hex("known browser", f"{browser}|{phone_index}")[:_PARTS]


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    browser, *macs = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")[:400].split(".")
    return browser, [mac for mac in macs[:MOST] if len(mac) == _PARTS]


def is_known(request: HttpRequest, phone_index: str | None) -> bool:
    """Whether somebody signed in on this browser with the number of this blind index."""
    browser, macs = _read(request)
    if not browser or not phone_index:
        return False
    wanted = _mac(browser, phone_index)
    return any(constant_time_compare(mac, wanted) for mac in macs)


def knows_anybody(request: HttpRequest) -> bool:
    """Whether the browser brings such a cookie at all; what is in it is looked at when a number is given."""
    return bool(_read(request)[1])


def mark_of(request: HttpRequest) -> str:
    """The random name that this browser was given when somebody first signed in on it, or ""."""
    browser, macs = _read(request)
    return browser if len(browser) == _PARTS and macs else ""


def remember(request: HttpRequest, response: HttpResponseBase, phone_index: str | None) -> None:
    """Note on this browser that the number has signed in here; the six newest are kept."""
    if not phone_index:
        return
    _browser, macs = _read(request)
    browser = mark_of(request) or random.token_hex(_PARTS // 2)
    mine = _mac(browser, phone_index)
    kept = [mine, *[mac for mac in macs if mac != mine]][:MOST]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        ".".join([browser, *kept]),
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
