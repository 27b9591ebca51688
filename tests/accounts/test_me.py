"""The page of oneself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.accounts.test_phone import phone_of
from tests.cast import Cast
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]


def test_it_says_who_i_am_and_where(cast: Cast, client_for: ClientFor) -> None:
    text = client_for(cast.leader).get("/me/").content.decode()
    assert "周桂兰" in text
    assert "邻长" in text
    places = [re.escape(name) for name in ("青禾街道", "桂花社区", "第1片区", "第1组", "1-1-1邻")]
    assert re.search("[^·]*·[^·]*".join(places), text)
    phone = phone_of(cast.leader)
    assert f"{phone[:3]}****{phone[-4:]}" in text
    assert phone not in text


@pytest.mark.parametrize("who", ["district_clerk", "resident", "merchant_person", "officer", "stranger", "worker"])
def test_everybody_has_one(cast: Cast, client_for: ClientFor, who: str) -> None:
    assert client_for(getattr(cast, who)).get("/me/").status_code == 200


def test_it_needs_a_sign_in(cast: Cast, client: Client) -> None:
    assert client.get("/me/")["Location"] == "/login/?next=/me/"


def test_only_staff_see_the_way_to_the_console(cast: Cast, client_for: ClientFor) -> None:
    assert 'href="/console/"' in client_for(cast.worker).get("/me/").content.decode()
    assert 'href="/console/"' not in client_for(cast.leader).get("/me/").content.decode()


def test_the_switches_work_without_scripts(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.leader)
    assert client.post("/prefs/", {"mode": "elder", "next": "/me/"})["Location"] == "/me/"
    assert 'value="elder" aria-current="true"' in client.get("/me/").content.decode()
    client.post("/language/", {"language": "en", "next": "/me/"})
    assert 'value="en" aria-current="true"' in client.get("/me/").content.decode()


def test_many_roles_cost_no_more_queries(
    cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Callable[..., object]
) -> None:
    from volunteers.people.selectors import roles_of

    assert cast.leader.person
    with django_assert_max_num_queries(2):  # type: ignore[attr-defined]
        assert len(roles_of(cast.leader.person)) == 1
