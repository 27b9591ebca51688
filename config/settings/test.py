"""Tests: fixed keys, fast hashes, the database named by DATABASE_URL or a private SQLite file."""

from __future__ import annotations

import base64

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, VAR_DIR

DEMO = True
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
SECRET_KEY = "only-for-tests-" + "0" * 40
FIELD_KEYS = {"k1": base64.b64encode(b"t" * 32).decode()}
INDEX_KEY = base64.b64encode(b"i" * 32).decode()
BALLOT_NIGHT_FROM = BALLOT_NIGHT_UNTIL = 0  # no test shall depend on the hour at which it runs
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
MEDIA_ROOT = VAR_DIR / "test-media"
PRIVATE_ROOT = VAR_DIR / "test-private"
