"""Who is answered what: the panel on the phone and at the desk, and the results, which are everybody's.

The campaigns of the matrix are over; a full body first moves its campaign to the panel.
"""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rows_nominees import MINE, NOT_MINE, move
from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import (
    CLERKS,
    HOME,
    INVALID,
    METHOD,
    METHOD_FOR_ALL,
    MISSING,
    NO_GET,
    PAGE,
    Row,
    all_alike,
    console,
    reading,
    rule,
    signed_in,
    who,
)  # fmt: skip

# A seat is its member's alone; whoever runs the campaign sees it at the desk, and no mark.
SEATED = rule((MISSING, NOT_MINE), (PAGE, MINE))
SEATED_INVALID = rule((MISSING, NOT_MINE), (INVALID, MINE))
RUNS = who("district_clerk operating_clerk")
RUN = who("district_clerk operating_clerk", "own below")


def _leave(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "panel")
    return {"reason": "那几天不在家"}


def _declare(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "panel")
    return {}


def _mark(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "panel")
    return {"uid": str(uuid.uuid4()), "points": "80"}


def _nothing(_thing: Any) -> dict[str, Any]:
    return {}


def _picked(thing: Any) -> dict[str, Any]:
    move(thing.campaign, "panel")
    return {"uids": [str(thing.uid)]}


PANEL = {
    "panel": reading(signed_in(PAGE)),
    "panel_member": reading(SEATED, "seat"),
    "panel_accept": Row(NO_GET, SEATED, "asked_seat", _nothing, SEATED),
    "panel_leave": Row(SEATED, SEATED_INVALID, "seat", _leave, SEATED),
    "panel_declare": Row(SEATED, SEATED_INVALID, "seat", _declare, SEATED),
    "panel_mark": Row(SEATED, SEATED_INVALID, "marked", _mark, SEATED),
}

_PUBLIC = Row(all_alike(PAGE), METHOD_FOR_ALL, "result")
_WINNER = Row(all_alike(PAGE), METHOD_FOR_ALL, "winner")
RESULT = {
    "result": _PUBLIC,
    "result_poster": _PUBLIC,
    "result_share": _PUBLIC,
    "result_mine": reading(signed_in(MISSING), "result"),
    "result_winner": _WINNER,
    "result_winner_poster": _WINNER,
    "result_winner_share": _WINNER,
    "api:result": Row(all_alike(PAGE), METHOD_FOR_ALL, "result", json=True),
    "api:result_parts": Row(all_alike(PAGE), METHOD_FOR_ALL, "winner", json=True),
}

_LIST = Row(console((PAGE, RUNS), otherwise=HOME), console((METHOD, RUNS), otherwise=HOME))
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
DESK = {
    "console_panel_list": _LIST,
    "console_panel_results": _LIST,
    "console_panel_create": Row(console((PAGE, RUNS), otherwise=HOME), console((INVALID, RUNS), otherwise=HOME)),
    "console_panel_remind": Row(
        console((METHOD, RUNS), otherwise=HOME), console((PAGE, RUNS), otherwise=HOME), "seat", _picked,
        console((PAGE, RUNS), otherwise=HOME),
    ),
    "console_panel": Row(
        console((PAGE, RUN), (MISSING, RUNS), otherwise=HOME), console((INVALID, RUN), (MISSING, RUNS), otherwise=HOME),
        "seat", _leave, console((PAGE, RUN), (MISSING, RUNS), otherwise=HOME),
    ),
    "console_winner_list": _DESK,
    "console_winner_results": _DESK,
    "console_winner_export": EXPORT,
}  # fmt: skip

ROWS: dict[str, Row] = {**PANEL, **RESULT, **DESK}
