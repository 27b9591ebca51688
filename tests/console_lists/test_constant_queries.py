"""Every list of the console, now and to come, takes as many queries for a few rows as for many.

The lists are found in the resolver, their rows by copying one that is there, with everything it points to, so that a
query for each row shows. Where copying is not enough, `MAKERS` says how a row comes about.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import Cast
from tests.console_lists.discover import Listing, listings
from tests.console_lists.makers import MAKERS
from tests.console_lists.twins import twin
from tests.permissions.world import World, make_world
from tests.sampling import in_part_and_whole, part_of
from volunteers.accounts.models import User

FEW, MANY = 2, 12
READS = re.compile(r'(?:WITH|SELECT)\b.*?\bFROM "(\w+)"', re.S)
MOST = 30
DISTINCT = 7
"""So many copies point to copies of their own: a query for each row would show."""


@dataclass(frozen=True)
class Page:
    """The first page of a list: how many rows there are, one of them, and what was read, by table."""

    count: int
    row: Any
    read: Counter[str]


def asked(client: Client, name: str) -> Page:
    """Warmed up. The session is left out: it is written now and then, whatever is shown."""
    path = reverse(name)
    assert client.get(path).status_code == 200, name
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    tables = [found[1] for query in queries if (found := READS.match(query["sql"]))]
    rows = list(response.context["object_list"])
    read = Counter(table for table in tables if table != "django_session")
    return Page(response.context["paginator"].count, rows[-1] if rows else None, read)


def copied(seed: Model, *, alone: bool) -> None:
    """A copy of a row; `alone` shares what it points to where that is allowed, which is quicker."""
    if alone:
        with contextlib.suppress(IntegrityError), transaction.atomic():
            twin(seed, depth=0)
            return
    twin(seed)


def compare(world: World, one: Listing, client: Client) -> str:
    """What is wrong with a list, empty when nothing is."""
    make, made = MAKERS.get(one.name), 0
    few = asked(client, one.name)
    if make and few.count < FEW:
        made = FEW
        for number in range(made):
            make(world, number)
        few = asked(client, one.name)
    if make is None and not isinstance(few.row, Model):
        return f"{one.name}: no row to copy; say in tests/console_lists/makers.py how one comes about"
    missing = max(MANY - few.count, DISTINCT)
    for number in range(missing):
        if make:
            make(world, made + number)
        else:
            copied(few.row, alone=number >= DISTINCT)
    many = asked(client, one.name)
    if many.count < few.count + missing:
        return f"{one.name}: {missing} rows made, but the list has {many.count} after {few.count}"
    if many.read != few.read:
        more = dict(many.read - few.read) or dict(few.read - many.read)
        before, after = few.read.total(), many.read.total()
        return f"{one.name}: {before} queries for {few.count} rows, {after} for {many.count}: {more}"
    return ""


def test_the_lists_are_found() -> None:
    names = {one.name for one in listings()}
    assert {"console_task_list", "console_clerk_list", "console_party_list", "console_cadre_list"} <= names


@in_part_and_whole(4)
def test_every_list_answers_in_the_same_number_of_queries(
    cast: Cast, tmp_path: Path, settings: Any, client_for: Callable[[User], Client], share: int
) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = make_world(cast)
    client = client_for(cast.district_clerk)
    wrong = []
    for one in part_of(listings(), share):
        with transaction.atomic():
            try:
                wrong.append(compare(world, one, client))
            except Exception as error:  # the others are looked at all the same
                wrong.append(f"{one.name}: {error!r}"[:300])
            transaction.set_rollback(True)
    found = [words for words in wrong if words]
    assert not found, "\n".join(found)


@in_part_and_whole(4)
def test_a_search_takes_few_queries_whatever_is_typed(
    cast: Cast, client_for: Callable[[User], Client], share: int
) -> None:
    client, wrong = client_for(cast.district_clerk), []
    for one in part_of(listings(), share):
        path = reverse(one.name)
        client.get(path)
        for words in ("王", "wang", "1234", "第1片区 桂", "x" * 200):
            with CaptureQueriesContext(connection) as queries:
                status = client.get(path, {"q": words}).status_code
            if status != 200 or len(queries) > MOST:
                wrong.append(f"{one.name} {words[:10]}: {status}, {len(queries)} queries")
    assert not wrong, "\n".join(wrong)
