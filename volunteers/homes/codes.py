"""Sign codes of buildings: short, without signs that look alike, with a check character: K7M4-2QXS.

31 signs (no 0, O, 1, I, L): a prime, so that a weighted sum modulo 31 notices every single wrong sign and every two
that were swapped. Seven signs are drawn (27 thousand million codes), the eighth checks them.
"""

from __future__ import annotations

import random
import re
import secrets
import unicodedata
from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
DRAWN = 7
_FILLING = re.compile(r"[\s\-–—_·.]")


def check_sign(drawn: str) -> str:
    """The sign that goes with seven others."""
    total = sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(drawn, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def new_code(rng: random.Random | None = None) -> str:
    """A code as it is printed and stored; from the machine's randomness unless a generator is given."""
    choose: Callable[[str], str] = rng.choice if rng else secrets.choice
    drawn = "".join(choose(ALPHABET) for _ in range(DRAWN))
    return f"{drawn[:4]}-{drawn[4:]}{check_sign(drawn)}"


def normal_code(text: str) -> str:
    """The canonical form of a code as somebody typed it, empty when it is none: wrong signs, length or check."""
    signs = _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()
    if len(signs) != DRAWN + 1 or not set(signs) <= set(ALPHABET) or check_sign(signs[:-1]) != signs[-1]:
        return ""
    return f"{signs[:4]}-{signs[4:]}"
