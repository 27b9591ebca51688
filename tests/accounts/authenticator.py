"""An authenticator made of software, as the browser would speak for it (WebAuthn 2, "none" attestation, ES256)."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class SoftAuthenticator:
    """One key for one site. `flags` and `counter` may be bent by a test."""

    def __init__(self, origin: str = "http://testserver") -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(32)
        self.user_handle = b""
        self.counter = 0
        self.flags = PRESENT | VERIFIED

    def _client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _auth_data(self, rp_id: str, flags: int, rest: bytes = b"") -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big") + rest

    def create(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        public = options["publicKey"]
        self.user_handle = websafe_decode(public["user"]["id"])
        cose = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cose
        auth_data = self._auth_data(public["rp"]["id"], self.flags | ATTESTED, attested)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": auth_data})
        return self._packed(
            {
                "clientDataJSON": websafe_encode(self._client_data("create", public["challenge"])),
                "attestationObject": websafe_encode(attestation),
            }
        )

    def get(self, options: dict[str, Any], *, count: int = 1) -> str:
        """Answer `navigator.credentials.get`; the counter goes up by `count`."""
        public = options["publicKey"]
        self.counter += count
        auth_data = self._auth_data(public["rpId"], self.flags)
        client_data = self._client_data("get", public["challenge"])
        signed = auth_data + hashlib.sha256(client_data).digest()
        return self._packed(
            {
                "clientDataJSON": websafe_encode(client_data),
                "authenticatorData": websafe_encode(auth_data),
                "signature": websafe_encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": websafe_encode(self.user_handle),
            }
        )

    def _packed(self, response: dict[str, str]) -> str:
        key = websafe_encode(self.credential_id)
        told = {"id": key, "rawId": key, "type": "public-key", "clientExtensionResults": {}, "response": response}
        return json.dumps(told)
