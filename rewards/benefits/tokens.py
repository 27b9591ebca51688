"""What a code is made of: digits to say, a QR to scan, a number to compare. Stored are keyed digests only.

A QR reads base64url(128 random bits ‖ when it runs out ‖ HMAC): a forged one is known without asking the database.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import secrets
from dataclasses import dataclass

from foundation.secrets import hmac_hex

LIFE = dt.timedelta(seconds=60)
GRACE = dt.timedelta(seconds=15)
"""A code typed while it changes on the leader's screen still counts."""
DIGITS, PAPER_DIGITS = 8, 10
_ID_BYTES, _TIME_BYTES, _MARK_BYTES = 16, 4, 16
TOKEN_SIGNS = (_ID_BYTES + _TIME_BYTES + _MARK_BYTES) * 4 // 3


@dataclass(frozen=True, slots=True)
class Code:
    """A code in clear, for the screen or the paper of its owner only."""

    digits: str
    qr: str
    qr_digest: str

    @property
    def code_digest(self) -> str:
        """What is stored of the digits."""
        return digest(self.digits)


def digest(digits: str) -> str:
    """What is stored of the digits of a code."""
    return hmac_hex("voucher", digits)


def _qr_digest(code_id: bytes) -> str:
    return hmac_hex("voucher-qr", code_id.hex())


def _mark(body: bytes) -> bytes:
    return bytes.fromhex(hmac_hex("voucher-mark", body.hex()))[:_MARK_BYTES]


def _made(digits: str, code_id: bytes, expires_at: dt.datetime) -> Code:
    body = code_id + int(expires_at.timestamp()).to_bytes(_TIME_BYTES, "big")
    return Code(digits, base64.urlsafe_b64encode(body + _mark(body)).decode(), _qr_digest(code_id))


def new_code(expires_at: dt.datetime) -> Code:
    """A code for a screen: random."""
    return _made(f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", secrets.token_bytes(_ID_BYTES), expires_at)


def paper_code(voucher_id: object, expires_at: dt.datetime) -> Code:
    """The code of a paper voucher: made from its id under our key, so that the same paper can be printed again."""
    number = int(hmac_hex("voucher-paper", str(voucher_id)), 16) % 10**PAPER_DIGITS
    code_id = bytes.fromhex(hmac_hex("voucher-paper-qr", str(voucher_id)))[:_ID_BYTES]
    return _made(f"{number:0{PAPER_DIGITS}d}", code_id, expires_at)


def qr_digest_of(token: str) -> str:
    """What is stored of a scanned QR; empty when it was not made by us."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return ""
    body, mark = raw[:-_MARK_BYTES], raw[-_MARK_BYTES:]
    if len(body) != _ID_BYTES + _TIME_BYTES or not hmac.compare_digest(_mark(body), mark):
        return ""
    return _qr_digest(body[:_ID_BYTES])


def as_read(text: str) -> str:
    """What was typed or scanned: the digits alone, or the QR as it is; empty when it is neither."""
    text = text.strip()
    if len(text) == TOKEN_SIGNS and text.isascii():
        return text
    digits = "".join(str(int(sign)) for sign in text if sign.isdecimal())
    return digits if len(digits) in {DIGITS, PAPER_DIGITS} else ""


def match_of(voucher_id: object) -> str:
    """Four digits that both screens show, so that two people see that they mean the same code."""
    return f"{int(hmac_hex('voucher-match', str(voucher_id)), 16) % 10**4:04d}"
