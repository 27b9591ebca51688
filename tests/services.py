"""The real services of the tests: PostgreSQL, Redis, Chromium. A pytest plugin, loaded by tests/conftest.py.

Two halves. `make test` (ops/test.py) runs pytest twice: once on SQLite, everything but the tests marked `postgres`;
once on a private PostgreSQL and Redis, started before Django reads its settings, the tests marked `postgres` or
`everywhere`. So in the second half the project's own database *is* PostgreSQL, through the same DATABASE_URL and
REDIS_URL as in production, and no test has to know where it came from.

Besides, any test may ask for `redis_url` or `chromium_path`, for programs it starts itself.
What the machine lacks is left out, and said at the end; with REQUIRE_SERVICES=1 (CI) it fails instead.

One test on PostgreSQL by hand: `make test-postgres ARGS="tests/roster -k merge"`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import NoReturn

import pytest

from ops.services_local import LocalRedis, NoService, chromium

LEFT_OUT = "Left out: "


def services_are_required() -> bool:
    """True in CI: what is missing there is a mistake, not a circumstance."""
    return os.environ.get("REQUIRE_SERVICES", "") not in {"", "0"}


def leave_out(reason: str) -> NoReturn:
    """Skip the test and have it said at the end of the run; fail where services are required."""
    if services_are_required():
        pytest.fail(f"REQUIRE_SERVICES is set, but: {reason}", pytrace=False)
    pytest.skip(LEFT_OUT + reason)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis that may be emptied: REDIS_URL where it is set, else a private server for this session."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        yield given
        return
    server = LocalRedis()
    try:
        server.start()
    except NoService as missing:
        leave_out(str(missing))
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium to drive: for Playwright's `executable_path`."""
    try:
        return chromium()
    except NoService as missing:
        leave_out(str(missing))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Soak tests run only when they are asked for, and then those that say how many minutes they take come first."""
    if "soak" in str(config.getoption("markexpr", "")):
        items.sort(key=_minutes, reverse=True)
        short = (at for at, item in enumerate(items) if item.get_closest_marker("soak") and not _minutes(item))
        if (at := next(short, 0)) > 1:
            items.insert(1, items.pop(at))  # a worker takes two at a time: not the two longest
        return
    left = [item for item in items if item.get_closest_marker("soak")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


def _minutes(item: pytest.Item) -> int:
    mark = item.get_closest_marker("soak")
    return int(mark.kwargs.get("minutes", 0)) if mark else 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked `postgres` needs it as the project's own database, not beside it."""
    if item.get_closest_marker("postgres"):
        from django.db import connection

        if connection.vendor != "postgresql":
            leave_out("PostgreSQL as the project's database (`make test` or `make test-postgres`)")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly what did not run, and why."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        if isinstance(report.longrepr, tuple) and LEFT_OUT in (reason := report.longrepr[2]):
            reasons[reason.partition(LEFT_OUT)[2]] += 1
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{LEFT_OUT}{count} {'test' if count == 1 else 'tests'}: {reason}", yellow=True)
