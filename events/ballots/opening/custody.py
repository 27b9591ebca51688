"""How the private key of a box is kept: sealed with a key that k of n custodians can make together.

    passphrase --scrypt--> key --AES-GCM--> a custodian's own private key (P-256)
    random 128-bit key --AES-GCM--> the box's private key (P-256)
    random 128-bit key --Shamir, k of n--> shares --HPKE--> each to one custodian's public key

Nothing here touches the database; docs/voting.md says who can open what.
"""

from __future__ import annotations

import os
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from Cryptodome.Protocol.SecretSharing import Shamir
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from events.ballots.sealing import SUITE, public_point

FORMAT = 1
LOG_COST = 16
"""scrypt with N = 2^16, r = 8, p = 2: 64 MB and about half a second for each try at a passphrase."""
LEAST_SIGNS, LEAST_WORDS, MOST_SIGNS = 12, 5, 200
_SCALAR, _NONCE, _SALT = 32, 12, 16


class WrongPassphrase(Exception):
    """What was sealed does not open with this passphrase."""


class Broken(Exception):
    """Shares or keys do not belong together, or were changed."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A public key (65 bytes) and a private one as it is kept (sealed)."""

    public: bytes
    sealed: bytes


def plain(passphrase: str) -> str:
    """As it is used: one space between words, compatible signs made equal."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).split())


def is_strong(passphrase: str) -> bool:
    """Twelve signs or five words, not all alike."""
    words = plain(passphrase)
    long = len(words) >= LEAST_SIGNS or len(words.split()) >= LEAST_WORDS
    return long and len(words) <= MOST_SIGNS and len(set(words)) > 4


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The 65 bytes of the public half."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _scalar(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_numbers().private_value.to_bytes(_SCALAR)


def _key(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())


def _stretch(passphrase: str, salt: bytes, log_cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << log_cost, r=8, p=2).derive(plain(passphrase).encode())


# -- a custodian's own key ---------------------------------------------------------------------------------------------


def new_pair(passphrase: str, *, owner: uuid.UUID) -> KeyPair:
    """A custodian's key pair, the private half sealed with a passphrase that is kept nowhere."""
    key = ec.generate_private_key(ec.SECP256R1())
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = AESGCM(_stretch(passphrase, salt, LOG_COST)).encrypt(nonce, _scalar(key), owner.bytes)
    return KeyPair(public_bytes(key), bytes([FORMAT, LOG_COST]) + salt + nonce + sealed)


def unlock(sealed: bytes, passphrase: str, *, owner: uuid.UUID) -> ec.EllipticCurvePrivateKey:
    """A custodian's private key; raises `WrongPassphrase`."""
    log_cost, salt = sealed[1], sealed[2 : 2 + _SALT]
    nonce, body = sealed[2 + _SALT : 2 + _SALT + _NONCE], sealed[2 + _SALT + _NONCE :]
    try:
        return _key(AESGCM(_stretch(passphrase, salt, log_cost)).decrypt(nonce, body, owner.bytes))
    except InvalidTag:
        raise WrongPassphrase from None


# -- the key of the box ------------------------------------------------------------------------------------------------


def _share_info(campaign: uuid.UUID, owner: uuid.UUID) -> bytes:
    return b"three-heads share 1 " + campaign.bytes + owner.bytes


def new_box_key(campaign: uuid.UUID, keepers: Sequence[tuple[uuid.UUID, bytes]], threshold: int) -> tuple[
    KeyPair, list[bytes]
]:  # fmt: skip
    """The key pair of a box, and a sealed share for each keeper (uid and public key), in their order."""
    key, wrapping, nonce = ec.generate_private_key(ec.SECP256R1()), os.urandom(16), os.urandom(_NONCE)
    sealed = nonce + AESGCM(wrapping).encrypt(nonce, _scalar(key), campaign.bytes)
    shares = [
        SUITE.encrypt(bytes([number]) + share, public_point(public), info=_share_info(campaign, owner))
        for (number, share), (owner, public) in zip(
            Shamir.split(threshold, len(keepers), wrapping, ssss=False), keepers, strict=True
        )
    ]
    return KeyPair(public_bytes(key), sealed), shares


def open_share(campaign: uuid.UUID, owner: uuid.UUID, key: ec.EllipticCurvePrivateKey, sealed: bytes) -> bytes:
    """A custodian's share in clear, 17 bytes: its number and 16 bytes. Raises `Broken`."""
    try:
        return SUITE.decrypt(sealed, key, info=_share_info(campaign, owner))
    except (InvalidTag, ValueError) as wrong:
        raise Broken("the share does not open") from wrong


def open_box_key(
    campaign: uuid.UUID, pair: KeyPair, shares: Sequence[bytes], threshold: int
) -> ec.EllipticCurvePrivateKey:
    """The private key of a box from as many shares as it takes; raises `Broken` when it is not the one that is kept."""
    parts = [(share[0], share[1:]) for share in list(shares)[:threshold]]
    try:
        wrapping = Shamir.combine(parts, ssss=False)
        key = _key(AESGCM(wrapping).decrypt(pair.sealed[:_NONCE], pair.sealed[_NONCE:], campaign.bytes))
    except (InvalidTag, ValueError) as wrong:
        raise Broken("the shares do not make the key") from wrong
    if public_bytes(key) != pair.public:
        raise Broken("the private key does not belong to the public one")
    return key
