"""One screen a persona, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.tasks.conftest import make_task
from volunteers.accounts.models import User


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("leader", "7栋2单元 · 10 户"),
        ("group_leader", "第1组"),
        ("area_leader", "第1片区"),
        ("worker", "发任务"),
        ("street_clerk", "青禾街道"),
        ("district_clerk", "云溪区"),
        ("resident", "周桂兰"),
        ("officer", "住房部门"),
        ("stranger", "眼下没有公告"),
    ],
)
def test_everybody_meets_their_own_first_screen(
    cast: Cast, client_for: Callable[[User], Client], who: str, words: str
) -> None:
    page = client_for(getattr(cast, who)).get("/")
    assert page.status_code == 200
    assert words in page.content.decode()


def test_a_merchant_goes_straight_to_the_till_and_a_visitor_may_sign_in(
    cast: Cast, client_for: Callable[[User], Client]
) -> None:
    assert client_for(cast.merchant_person).get("/").url == "/merchant/"  # type: ignore[attr-defined]
    assert "/login/" in Client().get("/").content.decode()


def test_the_leaders_home_costs_the_same_with_two_tasks_and_with_twenty(
    cast: Cast, client_for: Callable[[User], Client]
) -> None:
    client = client_for(cast.leader)
    counts = []
    for number in range(20):
        make_task(cast, title=f"任务{number}")
        if number in {1, 19}:
            client.get("/")
            with CaptureQueriesContext(connection) as queries:
                page = client.get("/").content.decode()
            counts.append(len(queries))
            assert f"任务{number}" in page
    assert counts[0] == counts[1]
    assert counts[0] <= 22
