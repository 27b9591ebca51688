"""Where the demo page must not be of use."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.test.utils import override_settings

from config.demo.personas import PERSONAS

pytestmark = pytest.mark.django_db


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
