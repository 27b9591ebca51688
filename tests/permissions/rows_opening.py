"""Who is answered what: keys and custodians, the opening, and the box as everybody sees it.

A full body first makes its campaign the one that runs, in the state that the act belongs to.
"""

from __future__ import annotations

from typing import Any

from events.ballots.models import BallotBox, Custodian
from events.campaigns.models import Campaign, CampaignState
from foundation import clock
from tests.permissions.rules import (
    CLERKS,
    HOME,
    INVALID,
    METHOD,
    METHOD_FOR_ALL,
    MISSING,
    PAGE,
    Row,
    Rule,
    all_alike,
    console,
    who,
)  # fmt: skip

RUNNERS = who("district_clerk operating_clerk", "own below")
NOT_RUNNERS = who("worker other_worker street_clerk")
# The one who serves in the unit keeps the key of its box; two serve in the district, and the first of them does.
KEEPERS = who("worker other_worker street_clerk district_clerk", "own")
SENTENCE = "溪边三棵老槐树下喝茶的人"


def _run(*answers: tuple[str, Any]) -> Rule:
    """Only district clerks run campaigns."""
    return console((HOME, NOT_RUNNERS), *answers)


def _stands(campaign_id: int, state: CampaignState) -> BallotBox:
    Campaign.objects.running().exclude(pk=campaign_id).update(state=CampaignState.ARCHIVED)
    Campaign.objects.filter(pk=campaign_id).update(state=state)
    return BallotBox.objects.select_related("campaign__unit").get(pk=campaign_id)


def _appoint(campaign: Any) -> dict[str, Any]:
    _stands(campaign.pk, CampaignState.NOTICE)
    kept = Custodian.objects.get(box_id=campaign.pk).user
    assert kept.person
    Custodian.objects.filter(box_id=campaign.pk, user=kept).delete()  # else it is the same answer, and no new entry
    return {"person": str(kept.person.uid)}


def _threshold(campaign: Any) -> dict[str, Any]:
    _stands(campaign.pk, CampaignState.NOTICE)
    BallotBox.objects.filter(pk=campaign.pk).update(threshold=2)
    return {"threshold": "1"}


def _make(campaign: Any) -> dict[str, Any]:
    _stands(campaign.pk, CampaignState.NOTICE)
    Custodian.objects.filter(box_id=campaign.pk).update(public_key=b"\4" * 65, enrolled_at=clock.now())
    return {"sent": "1"}


def _close(campaign: Any) -> dict[str, Any]:
    _stands(campaign.pk, CampaignState.COUNTING)
    return {"sent": "1"}


def _dismiss(custodian: Any) -> dict[str, Any]:
    _stands(custodian.box_id, CampaignState.NOTICE)
    return {"sent": "1"}


def _enrol(custodian: Any) -> dict[str, Any]:
    _stands(custodian.box_id, CampaignState.NOTICE)
    return {"passphrase": SENTENCE, "again": SENTENCE, "understood": "on"}


def _act(sort: str, full: Any, empty: str = INVALID) -> Row:
    return Row(_run((METHOD, RUNNERS)), _run((empty, RUNNERS)), sort, full, _run((PAGE, RUNNERS)))


_OWN = Row(console((PAGE, KEEPERS)), console((PAGE, KEEPERS)), "custodian", _enrol, console((PAGE, KEEPERS)))
ROWS: dict[str, Row] = {
    "ballot_box": Row(all_alike(PAGE), METHOD_FOR_ALL, "sealed_box"),
    "ballot_box_hashes": Row(all_alike(PAGE), METHOD_FOR_ALL, "sealed_box"),
    "ballot_box_proof": Row(all_alike(MISSING), METHOD_FOR_ALL, "sealed_box"),
    "console_ballot_boxes": Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS)))),
    "console_keys": Row(_run((PAGE, RUNNERS)), _run((METHOD, RUNNERS)), "keyed_box"),
    "console_key_appoint": _act("keyed_box", _appoint),
    "console_key_threshold": _act("keyed_box", _threshold),
    "console_key_make": _act("keyed_box", _make),
    "console_key_dismiss": _act("custodian", _dismiss),
    "console_custodian": _OWN,
    "console_custodian_again": _OWN,
    "console_opening": Row(_run((PAGE, RUNNERS)), _run((METHOD, RUNNERS)), "sealed_box"),
    "console_opening_close": _act("keyed_box", _close),
}
COMMANDS = {"open_ballot_box": "an operator, with a campaign; the worker does it by itself"}
