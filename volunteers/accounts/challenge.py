"""What has to be done before a message costs money: a little work by the browser, or a small question (rule R28).

The first code for a number that this browser has never signed in with wants one of both. With scripts the browser
works by itself, for a second or less, and the person sees nothing; without scripts a question is asked that a screen
reader can read. When a network, or everybody together, asks for unusually many, the work is not enough.

A challenge is a signed text that the page carries: nothing is stored when it is made, and it counts once.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest
from django.utils.translation import gettext as _

from volunteers.accounts import limits
from volunteers.accounts.phones import normal_digits

_SALT = "challenge"
GOOD_FOR = 20 * 60


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a page asks for."""

    token: str
    question: str
    bits: int
    """How many leading zero bits the browser's work must show; 0 when only the answer counts."""


def is_busy(request: HttpRequest, kind: str = "code") -> bool:
    """Whether this request's network asks for unusually many, or all networks together do."""
    if limits.is_reached(f"{kind}.subnet", limits.subnet_of(request)):
        return True
    return f"{kind}.all" in limits.KINDS and limits.is_reached(f"{kind}.all", "")


def make(*, busy: bool) -> Challenge:
    """A fresh one. Costs nothing to make and stores nothing."""
    a, b = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    token = TimestampSigner(salt=_SALT).sign(f"{a}.{b}.{secrets.token_urlsafe(12)}")
    words = _("零 一 二 三 四 五 六 七 八 九").split()
    question = _("{a}加{b}等于几？").format(a=words[a], b=words[b])
    return Challenge(token, question, 0 if busy else settings.CHALLENGE_BITS)


def is_met(request: HttpRequest, *, busy: bool) -> bool:
    """Whether the form that was sent brings a challenge of ours with its answer or its work. It is used up by this."""
    token = request.POST.get("challenge", "")[:200]
    try:
        a, b, _nonce = TimestampSigner(salt=_SALT).unsign(token, max_age=GOOD_FOR).split(".", 2)
    except (BadSignature, ValueError):
        return False
    if limits.take("challenge.once", token):
        return False
    if normal_digits(request.POST.get("answer", "")[:10]) == str(int(a) + int(b)):
        return True
    return not busy and has_worked(token, request.POST.get("proof", "")[:30], settings.CHALLENGE_BITS)


def has_worked(token: str, proof: str, bits: int) -> bool:
    """Whether SHA-256 of `token:proof` begins with so many zero bits (frontend/src/challenge.ts finds one)."""
    if not proof:
        return False
    digest = hashlib.sha256(f"{token}:{proof}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - bits) == 0
