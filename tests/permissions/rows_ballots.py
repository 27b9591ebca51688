"""Who is answered what: the booth, the receipt, the counter's screen, the roll.

Boxes of the matrix are of archived campaigns; a full body first moves its campaign to the vote.
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from events.ballots import sealing
from events.ballots.voting.forms import read_back_mark
from events.campaigns.models import Campaign, Phase
from tests.permissions.rules import (
    DENIED,
    HOME,
    INVALID,
    METHOD,
    METHOD_FOR_ALL,
    MISSING,
    PAGE,
    Row,
    all_alike,
    console,
    rule,
    signed_in,
    who,
)  # fmt: skip

VOTERS = who("resident")
_BOX = who("street_clerk district_clerk operating_clerk")
_BOX_HERE = who("street_clerk district_clerk operating_clerk", "own below")


def voters(outcome: str) -> Any:
    """Those on the roll; everybody else who signed in is told that they are not."""
    return rule((outcome, VOTERS), otherwise=DENIED)


def _candidate(campaign: Campaign) -> uuid.UUID:
    found: uuid.UUID = campaign.nominations.get().pk
    return found


def _open(campaign: Campaign) -> None:
    """The vote, with nothing else running beside it."""
    Campaign.objects.exclude(pk=campaign.pk).exclude(state="draft").update(state="archived")
    Campaign.objects.filter(pk=campaign.pk).update(state="voting")
    now, hour = timezone.now(), dt.timedelta(hours=1)
    times = {"starts_at": now - hour, "ends_at": now + hour}
    Phase.objects.update_or_create(campaign=campaign, kind="voting", defaults=times)


def _picked(campaign: Campaign) -> dict[str, Any]:
    _open(campaign)
    return {"choice": [str(_candidate(campaign))]}


def _read_back(campaign: Campaign) -> dict[str, Any]:
    uid = uuid.uuid4()
    return _picked(campaign) | {"id": str(uid), "mark": read_back_mark(uid, [_candidate(campaign)])}


def _sealed(campaign: Campaign) -> dict[str, Any]:
    _open(campaign)
    paper = sealing.write_paper(campaign.uid, [_candidate(campaign)])
    envelope = sealing.seal(campaign.uid, bytes(campaign.box.public_key or b""), paper)
    return {"id": str(uuid.uuid4()), "envelope": base64.urlsafe_b64encode(envelope).rstrip(b"=").decode()}


ROWS: dict[str, Row] = {
    "ballot_vote": Row(voters(PAGE), voters(PAGE), "vote"),
    "ballot_review": Row(METHOD_FOR_ALL, voters(INVALID), "vote", _picked, voters(PAGE)),
    "ballot_cast": Row(METHOD_FOR_ALL, voters(INVALID), "vote", _read_back, voters(PAGE)),
    "ballot_receipt": Row(voters(PAGE), METHOD_FOR_ALL, "vote"),
    "ballot_receipt_save": Row(voters(MISSING), METHOD_FOR_ALL, "vote"),
    "ballot_check": Row(all_alike(PAGE), METHOD_FOR_ALL, "vote"),
    "ballot_opinion": Row(voters(MISSING), voters(MISSING), "vote"),
    "counter_enter": Row(all_alike(PAGE), all_alike(INVALID), "vote"),
    "counter_vote": Row(all_alike(MISSING), all_alike(MISSING), "vote"),
    "counter_review": Row(METHOD_FOR_ALL, all_alike(MISSING), "vote"),
    "counter_cast": Row(METHOD_FOR_ALL, all_alike(MISSING), "vote"),
    "counter_opinion": Row(all_alike(MISSING), all_alike(MISSING), "vote"),
    "counter_done": Row(all_alike(PAGE), METHOD_FOR_ALL, "vote"),
    "api:paper": Row(voters(PAGE), METHOD_FOR_ALL, "vote", json=True),
    "api:ballot_cast": Row(METHOD_FOR_ALL, signed_in(INVALID), "vote", _sealed, voters(PAGE), json=True),
    "api:ballot_receipt": Row(voters(MISSING), METHOD_FOR_ALL, "vote", json=True),
    "console_roll": Row(console((PAGE, _BOX), otherwise=HOME), console((METHOD, _BOX), otherwise=HOME)),
    "console_roll_freeze": Row(
        console((METHOD, _BOX), otherwise=HOME), console((PAGE, _BOX_HERE), (DENIED, _BOX), otherwise=HOME), "vote"
    ),
}
