"""Production settings without TLS in front, for loopback benchmarks."""

from __future__ import annotations

import os

os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1")

from config.settings.prod import *  # noqa: F403

DEMO = False
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
SESSION_COOKIE_NAME = "sid"
CSRF_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "csrf"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
