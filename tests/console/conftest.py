"""Helpers of the console's tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client

from tests.cast import Cast
from volunteers.accounts.models import User


@pytest.fixture
def worker(cast: Cast, client_for: Callable[[User], Client]) -> Client:
    """The community's worker at a desk."""
    return client_for(cast.worker)


@pytest.fixture
def clerk(cast: Cast, client_for: Callable[[User], Client]) -> Client:
    """The district's clerk at a desk."""
    return client_for(cast.district_clerk)


def body_of(response: HttpResponseBase) -> bytes:
    """What was sent, streamed or not."""
    if response.streaming:
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return bytes(response.content)  # type: ignore[attr-defined]


def lines_of(response: HttpResponseBase) -> list[list[str]]:
    """The rows of a CSV, the lines about the file included."""
    return list(csv.reader(io.StringIO(body_of(response).decode("utf-8-sig"), newline="")))


def told(response: Any) -> dict[str, Any]:
    """What a list was rendered from: `object_list`, `items_count` and the rest."""
    context: dict[str, Any] = response.context_data
    return context
