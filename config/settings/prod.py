"""A district in service. Everything that is secret or local must be given; a missing value stops the start."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403
from config.settings.base import env

DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY")
FIELD_KEYS: dict[str, str] = env.json("FIELD_KEYS")
INDEX_KEY = env.str("INDEX_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
env.str("DATABASE_URL")
env.str("REDIS_URL")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
KNOWN_BROWSER_COOKIE_NAME = "__Host-browser"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)

if dsn := env.str("SENTRY_DSN", default=""):
    import sentry_sdk

    sentry_sdk.init(dsn=dsn, send_default_pii=False)
