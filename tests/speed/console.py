"""The lists of the console on the whole sample district: queries and milliseconds at the server, for a district clerk.

    python -m tests.speed.console [times]

First page, a search for 王, the last four digits of a number, each filter with its first choice; the other pages of the
console that take no argument; all beside an empty answer through the same middlewares in the same run.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.speed import district
from tests.speed.harness import Report, Services

MOST_MS = 300
SEARCHES = ("王", "wang", "1234")


@dataclass(frozen=True)
class Measured:
    """One address: how many queries, and the median of some runs."""

    queries: int
    milliseconds: float


def _desk() -> Any:
    """A client of the test framework, signed in as the district clerk after her second factor."""
    from django.test import Client

    from config.demo.personas import DISTRICT_CLERK
    from volunteers.accounts.models import User
    from volunteers.accounts.services import mark_second_factor
    from volunteers.people.models import Person

    person = Person.objects.by_phone(DISTRICT_CLERK.phone).get()
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(person=person), backend="volunteers.accounts.backends.AccountBackend")
    session = client.session
    mark_second_factor(session)
    session.save()
    return client


def measure(client: Any, path: str, data: dict[str, str], times: int) -> Measured | None:
    """Ask some times after a first one; None when it is not a page for her."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    if client.get(path, data).status_code != 200:
        return None
    with CaptureQueriesContext(connection) as queries:
        client.get(path, data)
    count = len(queries)  # the next request forgets them
    taken = []
    gc.collect()
    for _time in range(times):
        started = time.perf_counter()
        client.get(path, data)
        taken.append(1000 * (time.perf_counter() - started))
    return Measured(count, statistics.median(taken))


def _filters(client: Any, one: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Each filter of a list, with the first choice that it offers."""
    from django.contrib.auth import get_user
    from django.test import RequestFactory

    request: Any = RequestFactory().get("/", headers={"host": "127.0.0.1"})
    request.session = client.session
    request.user = get_user(request)
    view = one.view()
    view.setup(request)
    for name, field in (view.filters.form.fields if view.filters else {}).items():
        choices = getattr(field, "choices", ())
        chosen = next((str(key) for key, label in choices if key and not isinstance(label, list | tuple)), "")
        if chosen:
            yield name, {name: chosen}


def _ask_lists(client: Any, report: Report, times: int) -> tuple[float, list[str]]:
    """Every list in every way; the slowest in milliseconds, and what did not answer."""
    from django.urls import reverse

    from tests.console_lists.discover import listings

    slowest, failed = 0.0, []
    for one in listings():
        path, words = reverse(one.name), one.name.removeprefix("console_").removesuffix("_list")
        ways = [("first page", {}), *((f"q={q}", {"q": q}) for q in SEARCHES), *_filters(client, one)]
        for way, data in ways:
            found = measure(client, path, data, times)
            if found is None:
                failed.append(f"{words} {way}")
                continue
            slowest = max(slowest, found.milliseconds)
            report.measure(f"{words}, {way} ({found.queries} queries)", found.milliseconds, "ms")
    return slowest, failed


def _ask_pages(client: Any, report: Report, times: int) -> float:
    """The other pages: reports, the search for a name, empty forms. Those that are not for her are left out."""
    from django.urls import reverse

    from tests.console_lists.discover import other_pages

    slowest = 0.0
    for name in other_pages():
        for way, data in (("", {}), *(((", q=王", {"q": "王"}),) if "find" in name else ())):
            if found := measure(client, reverse(name), data, times):
                slowest = max(slowest, found.milliseconds)
                words = f"{name.removeprefix('console_')}{way} ({found.queries} queries)"
                report.measure(words, found.milliseconds, "ms")
    return slowest


def _load(services: Services) -> None:
    """The whole sample district, with all that lives in it."""
    env = district.product_env(services.postgres.url, services.redis.url, "worker")
    loading = env | {"DJANGO_SETTINGS_MODULE": "tests.speed.settings_demo"}
    district.manage(loading, "migrate", "-v0")
    district.manage(loading, "demo")
    services.sql("VACUUM ANALYZE")
    district.setup(district.product_env(services.postgres.url, services.redis.url, "web"))


def main(times: int = 5) -> Report:
    """Run and print; returns the ratios."""
    report, services = Report("console"), Services.start()
    try:
        _load(services)
        client = _desk()
        empty = measure(client, "/livez", {}, 50)
        assert empty is not None
        report.measure("an empty answer of the same server", empty.milliseconds, "ms")
        slowest, failed = _ask_lists(client, report, times)
        others = _ask_pages(client, report, times)
        report.fact(f"every list answered {failed or ''}".rstrip(), not failed)
        report.ratio("slowest list, ms at the server", slowest, MOST_MS, at_most=True)
        report.measure("slowest list / empty answer", slowest / empty.milliseconds, "×")
        report.ratio("slowest other page, ms at the server", others, MOST_MS, at_most=True)
    finally:
        services.stop()
    return report


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
