"""Who is answered what: printing, handing out and keying ballots on paper, and passes for the counter's screen."""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rules import CLERKS, IN, INVALID, METHOD, PAGE, Row, console, who
from tests.permissions.things_paper import hand_out, somebody_asks, vote_today

KEPT = who(CLERKS, "own below")
_ALL = who(CLERKS)
_PAGE, _NO_POST = console((PAGE, _ALL)), console((METHOD, _ALL))
_ACT = console((METHOD, _ALL))
_FORM = console((IN, _ALL))
# Nobody votes in the matrix; a full body opens the vote of its thing first.
_NOBODY_VOTES = console()


def _run(thing: Any) -> dict[str, Any]:
    vote_today(thing.campaign)
    return {"uid": str(uuid.uuid4()), "community": str(thing.community.uid), "count": "2"}


def _spoil_run(_thing: Any) -> dict[str, Any]:
    return {"reason": "印花了"}


def _ask_aside(thing: Any) -> dict[str, Any]:
    vote_today(thing.campaign)
    return {"ballot": str(thing.ballots.get(state="mismatch").pk), "reason": "多出来的一张"}


def _agree_aside(thing: Any) -> dict[str, Any]:
    body = _ask_aside(thing)
    somebody_asks(thing)
    return body


def _spoil(thing: Any) -> dict[str, Any]:
    vote_today(thing.campaign)
    return {"mark": thing.marks[2], "reason": "印花了"}


def _key(thing: Any) -> dict[str, Any]:
    vote_today(thing.campaign)
    return {"uid": str(uuid.uuid4()), "mark": thing.marks[1], "lots": "1"}


def _compare(thing: Any) -> dict[str, Any]:
    vote_today(thing.campaign)
    return {"mark": thing.marks[0]}


def _settle(thing: Any) -> dict[str, Any]:
    vote_today(thing.campaign)
    hand_out(thing.voter)
    return {"uid": str(uuid.uuid4()), "mark": thing.marks[0], "lots": "1", "reason": "对着纸看了"}


def _new(thing: Any) -> dict[str, Any]:
    vote_today(thing.campaign)
    return {"uid": str(uuid.uuid4())}


def _back(thing: Any) -> dict[str, Any]:
    vote_today(thing.campaign)
    hand_out(thing)
    return {"mark": thing.mark}


_KEPT_OR_NOT = console((PAGE, KEPT), (INVALID, _ALL))
OF_A_COMMUNITY = who("worker other_worker", "own below") | who("street_clerk", "below")

ROWS: dict[str, Row] = {
    "console_paper": Row(_PAGE, _NO_POST),
    "console_paper_print": Row(_PAGE, _FORM, "paper_run", _run, console((PAGE, OF_A_COMMUNITY), (INVALID, _ALL))),
    "console_paper_run_list": Row(_PAGE, _NO_POST),
    "console_paper_run_results": Row(_PAGE, _NO_POST),
    "console_paper_run": Row(console((PAGE, KEPT)), _NO_POST, "paper_run"),
    "console_paper_run_spoil": Row(_ACT, console((INVALID, KEPT)), "paper_run", _spoil_run, console((PAGE, KEPT))),
    "console_paper_aside": Row(_ACT, console((INVALID, KEPT)), "paper_run", _ask_aside, console((PAGE, KEPT))),
    "console_paper_aside_agree": Row(_ACT, console((INVALID, KEPT)), "paper_run", _agree_aside, console((PAGE, KEPT))),
    "console_paper_spoil": Row(_PAGE, _FORM, "paper_run", _spoil, _KEPT_OR_NOT),
    "console_paper_key": Row(_NOBODY_VOTES, _NOBODY_VOTES, "paper_run", _key, _KEPT_OR_NOT),
    "console_paper_mismatch_list": Row(_PAGE, _NO_POST),
    "console_paper_mismatch_results": Row(_PAGE, _NO_POST),
    "console_paper_compare": Row(_NOBODY_VOTES, _NOBODY_VOTES, "paper_run", _compare, _KEPT_OR_NOT),
    "console_paper_settle": Row(_ACT, _NOBODY_VOTES, "paper_run", _settle, _KEPT_OR_NOT),
    "console_paper_voters": Row(_PAGE, _FORM),
    "console_paper_voter": Row(_NOBODY_VOTES, _NO_POST, "paper_voter"),
    "console_paper_issue": Row(_ACT, _NOBODY_VOTES, "paper_voter", _new, console((PAGE, KEPT))),
    "console_paper_back": Row(_ACT, _NOBODY_VOTES, "paper_voter", _back, console((PAGE, KEPT))),
    "console_counter_pass": Row(_ACT, _NOBODY_VOTES, "paper_voter", _new, console((PAGE, KEPT))),
}
