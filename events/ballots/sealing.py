"""What lies in an envelope, and how it is sealed: HPKE (RFC 9180), base mode, P-256, HKDF-SHA256, AES-128-GCM.

The twin of frontend/src/sealing.ts. Everything has one length, so that an envelope tells nothing by its size: the
paper inside is 98 bytes, the envelope 179 (`enc` of 65, the ciphertext, a tag of 16).

    byte 0      the format, 1
    byte 1      what it is: 0 a ballot, otherwise the step (1 to 5) of a household's answer
    bytes 2-17  the campaign's uid
    then five places of 16 bytes: uids of nominations in ascending order, the rest zeros
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
FORMAT, PLACES = 1, 5
PAPER_LENGTH = 2 + 16 + PLACES * 16
ENVELOPE_LENGTH = 65 + PAPER_LENGTH + 16
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 12
_NOBODY = bytes(16)


class Unreadable(Exception):
    """The envelope does not open with this key, or what is inside is no ballot of this campaign."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What was in an envelope: the nominations chosen, or the one asked about with a step from 1 to 5."""

    choices: tuple[uuid.UUID, ...]
    step: int = 0


def info_of(campaign: uuid.UUID) -> bytes:
    """What the sealing is bound to."""
    return b"three-heads ballot 1 " + campaign.bytes


def write_paper(campaign: uuid.UUID, choices: Iterable[uuid.UUID], step: int = 0) -> bytes:
    """The 98 bytes that are sealed; raises ValueError for more than five names or none for a household's answer."""
    names = sorted({one.bytes for one in choices})
    if len(names) > PLACES or not 0 <= step <= 5 or (step and len(names) != 1):
        raise ValueError("not a ballot")
    return bytes([FORMAT, step]) + campaign.bytes + b"".join(names) + _NOBODY * (PLACES - len(names))


def read_paper(campaign: uuid.UUID, paper: bytes) -> Paper:
    """What is written on it; raises `Unreadable` unless it is exactly as `write_paper` writes it."""
    if len(paper) != PAPER_LENGTH:
        raise Unreadable
    places = [paper[at : at + 16] for at in range(18, PAPER_LENGTH, 16)]
    choices = tuple(uuid.UUID(bytes=one) for one in places if one != _NOBODY)
    try:
        proper = write_paper(campaign, choices, paper[1])
    except ValueError:
        raise Unreadable from None
    if proper != paper:
        raise Unreadable
    return Paper(choices, paper[1])


def public_point(key: bytes) -> ec.EllipticCurvePublicKey:
    """A public key from its 65 bytes; raises ValueError for anything else."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)


def seal(campaign: uuid.UUID, public_key: bytes, paper: bytes) -> bytes:
    """An envelope of 179 bytes that only the holder of the private key can open."""
    return SUITE.encrypt(paper, public_point(public_key), info=info_of(campaign))


def open_envelope(campaign: uuid.UUID, key: ec.EllipticCurvePrivateKey, envelope: bytes) -> Paper:
    """What is in an envelope; raises `Unreadable`."""
    try:
        return read_paper(campaign, SUITE.decrypt(envelope, key, info=info_of(campaign)))
    except (InvalidTag, ValueError):
        raise Unreadable from None


def looks_sealed(envelope: bytes) -> bool:
    """Whether it has the length of an envelope and begins with a point of the curve."""
    if len(envelope) != ENVELOPE_LENGTH:
        return False
    try:
        public_point(envelope[:65])
    except ValueError:
        return False
    return True


def hash_of(envelope: bytes) -> str:
    """SHA-256 in hex: what stands for the envelope in the published list."""
    return hashlib.sha256(envelope).hexdigest()


def receipt_of(sha256: str) -> str:
    """The receipt: the first 60 bits of the hash in twelve characters without I, L, O and U, as 7K3D92QF4MXA."""
    bits = int(sha256[:15], 16)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(RECEIPT_LENGTH)))
