"""Production settings start complete or not at all, and never as a demo."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.middleware import CONSOLE

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = base64.b64encode(b"k" * 32).decode()
GIVEN = {
    "SECRET_KEY": "s" * 60,
    "FIELD_KEYS": json.dumps({"k1": KEY}),
    "INDEX_KEY": KEY,
    "ALLOWED_HOSTS": "district.example",
    "DATABASE_URL": "postgres://u:p@127.0.0.1:1/d",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SMS_GATEWAY_URL": "https://sms.example/send",
}
NEEDED = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL")


def start(program: str, *, without: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own with production settings."""
    env = {key: value for key, value in os.environ.items() if key not in {*GIVEN, "DEMO", "PROCESS"}}
    given = {key: value for key, value in {**GIVEN, **more}.items() if key != without}
    env |= {**given, "DJANGO_SETTINGS_MODULE": "config.settings.prod"}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_value_stops_the_start_and_is_named(name: str) -> None:
    failed = start("import config.settings.prod", without=name)
    assert failed.returncode != 0
    assert name in failed.stderr


def test_an_unknown_kind_of_process_stops_the_start() -> None:
    failed = start("import config.settings.prod", PROCESS="everything")
    assert failed.returncode != 0
    assert "PROCESS" in failed.stderr


def test_the_demo_is_refused_with_production_settings() -> None:
    program = "import django; django.setup(); from django.core.management import call_command; call_command('check')"
    failed = start(program, DEMO="true")
    assert failed.returncode != 0
    assert "demo.E001" in failed.stderr
    assert start(program).returncode == 0


def test_cookies_are_sealed_and_https_is_forced() -> None:
    names = (
        "SESSION_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE SESSION_COOKIE_NAME CSRF_COOKIE_SECURE "
        "CSRF_COOKIE_NAME CSRF_COOKIE_SAMESITE SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS DEBUG DEMO X_FRAME_OPTIONS "
        "SECURE_CONTENT_TYPE_NOSNIFF SECURE_REFERRER_POLICY"
    ).split()
    program = f"import json; import config.settings.prod as s; print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    told = json.loads(start(program).stdout)
    assert told == {
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",  # Strict breaks the return from WeChat (rule R26)
        "SESSION_COOKIE_NAME": "__Host-sid",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
        "DEBUG": False,
        "DEMO": False,
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "strict-origin-when-cross-origin",
    }


def test_only_the_console_has_a_wider_policy() -> None:
    assert CONSOLE == "/console/"
