"""The one HTTP client for what leaves the house: WeChat and the SMS gateway (rule R30).

Hosts come from the settings, never from a user. Short time-outs, no redirects, no proxy of the environment.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx
from django.conf import settings


class Unreachable(Exception):
    """The other side did not answer in time, or not with what was agreed."""


@cache
def _client() -> httpx.Client:
    return httpx.Client(
        follow_redirects=False, trust_env=False, limits=httpx.Limits(max_connections=20, max_keepalive_connections=5)
    )


def ask(method: str, url: str, **words: Any) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an answer. Raises `Unreachable` for time-outs, broken lines and other answers.

    Nothing of the request is put into the exception: addresses carry secrets and codes.
    """
    try:
        response = _client().request(method, url, timeout=settings.OUTGOING_SECONDS, **words)
        body = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable(type(error).__name__) from None
    if not isinstance(body, dict):
        raise Unreachable("not an object")
    return response.status_code, body
