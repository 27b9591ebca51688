"""Choosing whose eyes to see with."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.test.utils import override_settings

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


def test_before_the_district_is_loaded_nobody_can_be_chosen(client: Client) -> None:
    assert client.get("/demo/").content.decode().count("disabled") == len(PERSONAS)
    assert client.post("/demo/", {"persona": "leader"}).status_code == 404


@pytest.mark.parametrize(
    "production",
    [{"SECURE_SSL_REDIRECT": True}, {"SECURE_HSTS_SECONDS": 3600}, {"SETTINGS_MODULE": "config.settings.prod"}],
)
def test_demo_mode_is_refused_with_production_settings(client: Client, production: dict[str, object]) -> None:
    with override_settings(DEMO=True, **production):
        assert "demo.E001" in {message.id for message in run_checks()}
        assert client.get("/demo/", secure=True).status_code == 404
    with override_settings(DEMO=False, **production):
        assert "demo.E001" not in {message.id for message in run_checks()}
