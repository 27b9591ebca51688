"""The demo on one machine: SQLite, in-process live line, keys made on the spot."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403
from config.settings.base import VAR_DIR, env
from config.settings.keys import local_keys

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=True)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]

_keys = local_keys(VAR_DIR)
SECRET_KEY = _keys["SECRET_KEY"]
FIELD_KEYS = _keys["FIELD_KEYS"]
INDEX_KEY = _keys["INDEX_KEY"]

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
