"""A clock that goes where a test wants it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.points.making import Travel, noon


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Make it noon of a day."""

    def to(day: dt.date) -> dt.datetime:
        moment = noon(day)
        monkeypatch.setattr("foundation.clock.now", lambda: moment)
        monkeypatch.setattr("foundation.clock.today", lambda: day)
        return moment

    return to
