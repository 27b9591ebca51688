"""Who is answered what: what lies aside, disputes, turnout, growth of the roll, the auditor's sample.

A full body first makes its box the newest, or puts the resident on its roll with an envelope in their name.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from events.ballots.models import BallotBox, Envelope, RollEntry
from events.ballots.roll.entries import voter_key
from tests.ballots.making import before_the_freeze
from tests.permissions.rules import (
    CLERKS,
    HOME,
    IN,
    INVALID,
    METHOD,
    MISSING,
    PAGE,
    Row,
    Rule,
    console,
    rule,
    signed_in,
    who,
)  # fmt: skip
from volunteers.people.models import Person
from volunteers.units.models import Unit

KEEPERS = who("street_clerk district_clerk operating_clerk")
OURS = who("street_clerk district_clerk operating_clerk", "own below")
AUDITORS = who("district_clerk operating_clerk")
WORKERS = who("worker other_worker")
NOT_AUDITORS = who("worker other_worker street_clerk")


def _box(*answers: tuple[str, Any]) -> Rule:
    """Community workers do not keep the box."""
    return console((HOME, WORKERS), *answers)


def _newest(box_id: int, **columns: Any) -> None:
    with before_the_freeze():
        BallotBox.objects.filter(pk=box_id).update(roll_frozen_at=timezone.now(), **columns)


def _propose(envelope: Any) -> dict[str, Any]:
    _newest(envelope.box_id)
    return {"uid": str(uuid.uuid4()), "groups": [f"d.{envelope.device_key}"], "verdict": "void", "reason": "一台设备"}


def _propose_one(envelope: Any) -> dict[str, Any]:
    return _propose(envelope) | {"uids": [str(envelope.uid)]}


def _decide(_batch: Any) -> dict[str, Any]:
    return {"agrees": "yes", "answer": "核对过"}


def _settle(_dispute: Any) -> dict[str, Any]:
    return {"state": "kept", "reason": "打过电话"}


def _export(_thing: Any) -> dict[str, Any]:
    return {"format": "csv"}


def _dispute(campaign: Any) -> dict[str, Any]:
    _newest(campaign.pk)
    box, unit = BallotBox.objects.get(pk=campaign.pk), Unit.objects.filter(level="community")[0]
    key = voter_key(box, Person.objects.get(name="方晓"))
    with before_the_freeze():
        entry = RollEntry.objects.create(box=box, voter_key=key, neighbourhood=unit, community=unit, street=unit)
    Envelope.objects.create(
        uid=uuid.uuid4(), box=box, entry=entry, community=unit, ciphertext=b"0", sha256=uuid.uuid4().hex * 2,
        state="sealed", sealed_on="phone", cast_at=timezone.now(),
    )  # fmt: skip
    return {"uid": str(uuid.uuid4()), "words": "那天我在外地"}


def _sample(campaign: Any) -> dict[str, Any]:
    _newest(campaign.pk, root="ab" * 32)
    return {"share": "0.01", "day": "2026-12-01", "reason": "审计抽查"}


_LIST = Row(_box((PAGE, KEEPERS)), _box((METHOD, KEEPERS)))
_FILE = Row(_box((METHOD, KEEPERS)), _box((PAGE, KEEPERS)), "", _export, _box((PAGE, KEEPERS)))
ROWS: dict[str, Row] = {
    "ballot_dispute": Row(
        signed_in(PAGE), signed_in(PAGE), "disputed_campaign", _dispute,
        rule((MISSING, who("young_resident")), (PAGE, who("resident"))),
    ),
    "console_quarantine": Row(
        _box((PAGE, KEEPERS)), _box((PAGE, KEEPERS)), "quarantined", _propose, _box((PAGE, OURS), (INVALID, KEEPERS))
    ),
    "console_envelope_propose": Row(
        _box((METHOD, KEEPERS)), _box((INVALID, KEEPERS)), "quarantined", _propose_one,
        _box((PAGE, OURS), (INVALID, KEEPERS)),
    ),
    "console_batch": Row(_box((PAGE, OURS)), _box((IN, OURS)), "quarantine_batch", _decide, _box((PAGE, OURS))),
    "console_dispute": Row(_box((PAGE, OURS)), _box((IN, OURS)), "dispute", _settle, _box((PAGE, OURS))),
    "console_turnout": Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS)))),
    "console_growth": _LIST,
    "console_sampling": Row(
        console((HOME, NOT_AUDITORS), (PAGE, AUDITORS)), console((HOME, NOT_AUDITORS), (PAGE, AUDITORS)),
        "disputed_campaign", _sample, console((HOME, NOT_AUDITORS), (PAGE, AUDITORS)),
    ),
    **{f"console_{name}_{part}": _LIST for name in ("envelope", "batch", "dispute") for part in ("list", "results")},
    **{f"console_{name}_export": _FILE for name in ("batch", "dispute")},
}  # fmt: skip
