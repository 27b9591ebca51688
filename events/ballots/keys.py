"""The box of a campaign and its keys: custodians, each with a passphrase of their own, and the key of the box.

Nothing of a passphrase is stored, and nothing of the key lies in clear: see custody.py.
"""

from __future__ import annotations

import hashlib
import secrets as random

from django.db import transaction

from events.ballots.models import BallotBox
from events.campaigns.models import Campaign
from foundation import secrets


def _secret_aad(campaign: Campaign) -> str:
    return f"ballots_ballotbox|voter_secret|{campaign.uid}"


@transaction.atomic
def box_of(campaign: Campaign) -> BallotBox:
    """The box of a campaign, made at the first call, with a secret of its own for the roll."""
    found = BallotBox.objects.filter(campaign=campaign).first()
    if found is None:
        sealed = secrets.encrypt(random.token_hex(32), aad=_secret_aad(campaign))
        found, _made = BallotBox.objects.get_or_create(campaign=campaign, defaults={"voter_secret": sealed})
    return found


def voter_secret_of(box: BallotBox) -> bytes:
    """The 32 bytes that turn people into voter keys; raises `secrets.Unavailable` without the server's field key."""
    return bytes.fromhex(secrets.decrypt(box.voter_secret, aad=_secret_aad(box.campaign)))


def fingerprint_of(box: BallotBox) -> str:
    """Of the public key, for people to compare: eight groups of four signs; empty as long as there is none."""
    if box.public_key is None:
        return ""
    digest = hashlib.sha256(bytes(box.public_key)).hexdigest().upper()
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))
