"""Choosing whose eyes to see with."""

from __future__ import annotations

import pytest
from django.test import Client

from config.demo.personas import PERSONAS
from foundation.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_the_page_offers_everybody_and_says_what_waits(demo: None, client: Client) -> None:
    page = client.get("/demo/").content.decode()
    assert all(one.name in page for one in PERSONAS)
    assert "2 件事" in page
    assert "4 条等确认" in page
    assert "2 处空缺" in page


def test_one_click_signs_in_as_each_of_them(demo: None, client: Client) -> None:
    for one in PERSONAS:
        answer = client.post("/demo/", {"persona": one.key})
        assert (answer.status_code, answer["Location"]) == (302, one.home)
        user = client.get("/demo/").wsgi_request.user
        assert str(user) == one.name
    assert AuditEntry.objects.filter(act="sign_in.demo").count() == len(PERSONAS)


def test_a_clerk_reaches_the_console_and_a_leader_does_not(demo: None, client: Client) -> None:
    client.post("/demo/", {"persona": "district"})
    assert client.get("/console/").status_code == 200
    client.post("/demo/", {"persona": "leader"})
    assert client.get("/console/").status_code == 403


def test_nobody_becomes_somebody_unknown(demo: None, client: Client) -> None:
    assert client.post("/demo/", {"persona": "mayor"}).status_code == 404
    assert client.post("/demo/").status_code == 404
