"""Settings that hold everywhere. Values of a place come from the environment, strictly parsed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.settings.accounts import *  # noqa: F403
from config.settings.console import *  # noqa: F403
from config.settings.points import *  # noqa: F403
from config.settings.posts import *  # noqa: F403
from config.settings.privacy import *  # noqa: F403
from config.settings.store import *  # noqa: F403
from config.settings.suspicion import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
PRIVATE_ROOT = VAR_DIR / "private"

DEBUG = False
DEMO = False
# What the root of the tree is called when a first roster makes it.
DISTRICT_NAME = env.str("DISTRICT_NAME", default="")
# What the addresses on QR signs begin with; empty: the address under which the console was asked.
SIGN_BASE_URL = env.str("PUBLIC_URL", default="")

# Which part of the program this process is: everything in one, pages, sockets, or background work.
PROCESS = env.str("PROCESS", default="one")
if PROCESS not in {"one", "web", "live", "worker"}:
    raise ImproperlyConfigured(f"PROCESS is {PROCESS!r}; it must be one, web, live or worker")

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "cms",
    "events.gatherings",
    "events.campaigns",
    "events.ballots",
    "events.results",
    "events.tasks",
    "rewards.reports",
    "rewards.merchants",
    "rewards.store",
    "rewards.honours",
    "rewards.benefits",
    "rewards.points",
    "volunteers.atlas",
    "volunteers.roster",
    "volunteers.posts",
    "volunteers.inbox",
    "volunteers.accounts",
    "volunteers.people",
    "volunteers.homes",
    "volunteers.orgs",
    "volunteers.structure",
    "volunteers.units",
    "frontend",
    "foundation",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "volunteers.accounts.wechat",
    "channels",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "django_prometheus",
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "foundation.middleware.RequestContextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "volunteers.accounts.middleware.SessionGuardMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "foundation.middleware.RefusedMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.shell",
            ],
        },
    }
]


def database(url: str) -> dict[str, Any]:
    """One database from its URL, with the limits that keep one slow query from stopping everybody (rule R4)."""
    parsed: dict[str, Any] = environ.Env.db_url_config(url)
    options: dict[str, Any] = parsed.setdefault("OPTIONS", {})
    if parsed["ENGINE"].endswith("sqlite3"):
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
        }
        return parsed
    statement_ms = 900_000 if PROCESS == "worker" else 5_000
    options["options"] = (
        f"-c statement_timeout={statement_ms} -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000 "
        "-c plan_cache_mode=force_generic_plan"  # prepared is only what `foundation.statements` runs
    )
    if PROCESS in {"one", "live"}:  # many short-lived threads: a pool; Django's persistent connections would leak
        options["pool"] = {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 3}
        parsed["CONN_MAX_AGE"] = 0
    else:
        parsed["CONN_MAX_AGE"] = 300  # a lost connection is noticed by `foundation.lost`
    return parsed


DATABASES = {"default": database(env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, Any] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "foundation.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }

# Sessions live in the database and survive the loss of Redis; Redis only saves the look-up.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_NAME = "sid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "volunteers.accounts.backends.AppointmentBackend",
    "volunteers.accounts.backends.AccountBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

WAGTAIL_SITE_NAME = "三长"
WAGTAILADMIN_BASE_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAILADMIN_COMMENTS_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.images.CleanImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database.fallback"}}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Where the sockets answer; empty means the same origin (the front door, or one process).
LIVE_URL = env.str("LIVE_URL", default="")
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF, *([LIVE_URL] if LIVE_URL else [])],
        "worker-src": [SELF, "blob:"],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
# Pictures beneath the console's map; none are asked of anybody unless the district names a source (docs/map.md).
MAP_TILES_URL = env.str("MAP_TILES_URL", default="")
MAP_TILES_SUBDOMAINS = env.list("MAP_TILES_SUBDOMAINS", default=["0", "1", "2", "3", "4", "5", "6", "7"])
MAP_TILES_ATTRIBUTION = env.str("MAP_TILES_ATTRIBUTION", default="")
MAP_TILES_CRS = env.str("MAP_TILES_CRS", default="wgs84")
MAP_TILES_MAX_ZOOM = env.int("MAP_TILES_MAX_ZOOM", default=18)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # A line for every page saved and every job run tells nothing that the audit trail does not.
    "loggers": {
        name: {"level": "WARNING"} for name in ("wagtail", "django_tasks", "django_tasks_db", "httpx", "fido2")
    },
}
