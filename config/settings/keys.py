"""Keys of a machine that runs the demo: made once, kept in `var/keys.json`, never in the repository."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from typing import TypedDict


class Keys(TypedDict):
    """What the settings need: Django's secret, field keys by version (newest last), the key of blind indexes."""

    SECRET_KEY: str
    FIELD_KEYS: dict[str, str]
    INDEX_KEY: str


def _fresh() -> Keys:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": {"k1": base64.b64encode(os.urandom(32)).decode()},
        "INDEX_KEY": base64.b64encode(os.urandom(32)).decode(),
    }


def local_keys(folder: Path) -> Keys:
    """Read the keys of this folder; make them first when there are none (two processes agree on one set)."""
    path = folder / "keys.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"keys.{os.getpid()}.tmp"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(_fresh()), encoding="utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    keys: Keys = json.loads(path.read_text(encoding="utf-8"))
    return keys
