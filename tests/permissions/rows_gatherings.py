"""Who is answered what: being at an event, confirming hours, taking them back."""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rules import (
    CLERKS,
    DENIED,
    INVALID,
    LEADERS,
    LEADERS_ABOVE,
    METHOD_FOR_ALL,
    MISSING,
    PAGE,
    STAFF,
    Row,
    console,
    reading,
    rule,
    signed_in,
    who,
)  # fmt: skip
from tests.permissions.world import STAFFED_SORTS

STAFFED_SORTS |= {"over", "now_on"}

TOLD = who(f"{LEADERS} resident", "own above") | who(STAFF, "own below above")
MAY_CONFIRM = who(LEADERS_ABOVE, "own above") | who(STAFF, "own below above")
AT_THEIR_EVENT = who(STAFF, "own below")  # anybody who came; elsewhere only people of one's own
AT_A_DESK = who(CLERKS, "own below above")
TAKES_BACK = who(STAFF, "own below")
SEES_HOURS = who(LEADERS_ABOVE, "own below")  # and takes back what they confirmed themselves only


def _new_id(_thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4())}


def _waits(thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "person": [str(thing.waits.uid)]}


def _came(thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "came": [{"person": str(thing.waits.uid)}]}


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "录了两次"}


def _back(thing: Any) -> dict[str, Any]:
    return {"person": str(thing.came.uid), "reason": "录了两次"}


_HOURS = rule((PAGE, MAY_CONFIRM), (DENIED, TOLD))
_CONFIRMED = rule((PAGE, AT_THEIR_EVENT), (MISSING, MAY_CONFIRM), (DENIED, TOLD))

PHONE = {
    "my_events": reading(signed_in(PAGE)),
    "hours_list": reading(signed_in(PAGE)),
    "event_here": Row(rule((PAGE, TOLD)), rule((INVALID, TOLD)), "now_on", _new_id, rule((PAGE, TOLD))),
    "event_code": reading(rule((PAGE, AT_THEIR_EVENT), (DENIED, TOLD)), "now_on"),
    "event_hours": Row(_HOURS, rule((INVALID, MAY_CONFIRM), (DENIED, TOLD)), "over", _waits, _CONFIRMED),
    "hours_back": Row(
        rule((PAGE, TAKES_BACK), (DENIED, SEES_HOURS)), rule((INVALID, TAKES_BACK), (DENIED, SEES_HOURS)),
        "attendance", _reason, rule((PAGE, TAKES_BACK), (DENIED, SEES_HOURS)),
    ),
}  # fmt: skip

DESK = {
    "console_event_hours": Row(
        console((PAGE, AT_A_DESK)), console((INVALID, AT_A_DESK)), "over", _waits,
        console((PAGE, who(CLERKS, "own below"))),
    ),
    "console_hours_back": Row(
        console((PAGE, TAKES_BACK)), console((INVALID, TAKES_BACK)), "attendance", _reason, console((PAGE, TAKES_BACK))
    ),
}  # fmt: skip

API = {
    "api:my_events": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:event_mine": Row(rule((PAGE, TOLD)), METHOD_FOR_ALL, "over", json=True),
    "api:event_here": Row(METHOD_FOR_ALL, signed_in(INVALID), "now_on", _new_id, rule((PAGE, TOLD)), json=True),
    # One address, two operations: Ninja names it twice.
    "api:hours_offered": Row(_HOURS, signed_in(INVALID), "over", json=True),
    "api:hours_confirm": Row(_HOURS, signed_in(INVALID), "over", _came, _CONFIRMED, json=True),
    "api:hours_take_back": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "over", _back, rule((PAGE, AT_THEIR_EVENT)), json=True
    ),
}

ROWS: dict[str, Row] = {**PHONE, **DESK, **API}
