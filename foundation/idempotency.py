"""The same request twice is the same answer (rules R1 and R2).

Every write that a phone starts carries a UUID made on the phone; it is the primary key of the row it creates. The
row keeps the fingerprint of the body: the same id with another body is a mistake of the sender, not a repeat.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.errors import Invalid


class DifferentBody(Invalid):
    """The id was used before for something else (422)."""

    default = _("这一条之前已经送到过，但内容不一样。请重新填写再送。")


def canonical(body: Mapping[str, Any]) -> str:
    """The body as JSON in one form only: keys in order, no spaces."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def fingerprint(body: Mapping[str, Any]) -> str:
    """SHA-256 (hex, 64 characters) of the canonical JSON of the body."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def same_body_or_refuse(stored: str, given: str) -> None:
    """Let a true repeat pass; raise `DifferentBody` otherwise."""
    if stored != given:
        raise DifferentBody
