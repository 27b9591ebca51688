"""Uploaded rosters at rest: sealed files in the private folder, gone on confirmation or after 24 hours (rule R33)."""

from __future__ import annotations

import base64
import contextlib
import time
import uuid
from pathlib import Path

from django.conf import settings

from foundation import secrets

KEPT_SECONDS = 24 * 3600


def _folder() -> Path:
    folder = Path(settings.PRIVATE_ROOT) / "roster"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _path(uid: uuid.UUID, part: str) -> Path:
    return _folder() / f"{uid}.{part}"


def keep(uid: uuid.UUID, part: str, content: bytes) -> None:
    """Seal and store one part (`file`, `preview`) of an import."""
    sealed = secrets.encrypt(base64.b64encode(content).decode(), aad=f"roster|{part}|{uid}")
    path = _path(uid, part)
    path.touch(mode=0o600)
    path.write_text(sealed, encoding="ascii")


def fetch(uid: uuid.UUID, part: str) -> bytes | None:
    """The stored part, or None when it is gone."""
    with contextlib.suppress(FileNotFoundError):
        sealed = _path(uid, part).read_text(encoding="ascii")
        return base64.b64decode(secrets.decrypt(sealed, aad=f"roster|{part}|{uid}"))
    return None


def forget(uid: uuid.UUID) -> None:
    """Delete everything stored of an import."""
    for path in _folder().glob(f"{uid}.*"):
        path.unlink(missing_ok=True)


def forget_old() -> list[uuid.UUID]:
    """Delete what is older than 24 hours; returns the imports concerned."""
    limit = time.time() - KEPT_SECONDS
    gone = set()
    for path in _folder().iterdir():
        with contextlib.suppress(FileNotFoundError, ValueError):
            if path.stat().st_mtime < limit:
                path.unlink()
                gone.add(uuid.UUID(path.name.partition(".")[0]))
    return sorted(gone)
