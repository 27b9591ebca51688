"""Phone numbers as people type them."""

from __future__ import annotations

import re
import unicodedata

_FILLING = re.compile(r"[\s\-–—·.()]")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")


def normal_phone(text: str) -> str:
    """The 11 digits of a mainland mobile number, else empty. Takes full-width digits, +86, gaps and dashes."""
    found = _MOBILE.fullmatch(_FILLING.sub("", unicodedata.normalize("NFKC", text)))
    return found[1] if found else ""


def normal_digits(text: str) -> str:
    """The digits of a code as typed: full-width ones made plain, gaps dropped."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text))
