"""Encryption, blind indexes and masks for personal data (rule R35).

A sealed value reads `<key version>:<base64 of nonce and ciphertext>`, AES-256-GCM; the associated data binds it to its
table, column and row, so that a value copied into another row does not open. Equality is searched by an HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class Unavailable(Exception):
    """The key of a sealed value is not here, or the value was tampered with."""


@cache
def _cipher(version: str) -> AESGCM:
    try:
        return AESGCM(base64.b64decode(settings.FIELD_KEYS[version]))
    except KeyError as missing:
        raise Unavailable(f"key version {version} is not configured") from missing


@cache
def _index_key(purpose: str) -> bytes:
    return hmac.digest(base64.b64decode(settings.INDEX_KEY), purpose.encode(), "sha256")


def encrypt(text: str, *, aad: str) -> str:
    """Seal a text; `aad` names table, column and row. The newest key of the settings is used."""
    version = next(reversed(settings.FIELD_KEYS))
    nonce = os.urandom(12)
    return (
        f"{version}:{base64.b64encode(nonce + _cipher(version).encrypt(nonce, text.encode(), aad.encode())).decode()}"
    )


def decrypt(token: str, *, aad: str) -> str:
    """Open a sealed text; raises `Unavailable` when the key is missing or the value does not belong here."""
    version, _, payload = token.partition(":")
    raw = base64.b64decode(payload)
    try:
        return _cipher(version).decrypt(raw[:12], raw[12:], aad.encode()).decode()
    except InvalidTag as wrong:
        raise Unavailable("sealed value does not open") from wrong


def hmac_hex(purpose: str, text: str) -> str:
    """Keyed digest (64 hex characters) for one purpose; digests of two purposes never compare equal."""
    return hmac.new(_index_key(purpose), text.encode(), hashlib.sha256).hexdigest()


def blind_index(text: str) -> str:
    """What a sealed phone number is found by."""
    return hmac_hex("phone", text)


def mask_phone(phone: str) -> str:
    """138****1234; short or empty numbers give stars only."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****"


def mask_name(name: str) -> str:
    """王*英, 李*; a single character stays."""
    if len(name) <= 1:
        return name
    return name[0] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")
