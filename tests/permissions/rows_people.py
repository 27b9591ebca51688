"""Who is answered what: one's own data, opening a number, requests and the trail in the console."""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rules import (
    CLERKS,
    DENIED,
    HOME,
    IN,
    INVALID,
    LEADERS_ABOVE,
    METHOD,
    MISSING,
    NO_GET,
    PAGE,
    STAFF,
    Row,
    console,
    public,
    reading,
    rule,
    signed_in,
    who,
)  # fmt: skip

AUDITORS = who("district_clerk operating_clerk")
_PERSONS = rule((MISSING, who("operator")), otherwise=PAGE)
_HANDLED = who(CLERKS, "own below")
# One's own number, and that of one's own leader.
_OPENED = who("leader resident", "own") | who(LEADERS_ABOVE, "own below") | who(STAFF, "own below")


def _id(_thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "words": "不要登我的名字"}


def _refusal(_thing: Any) -> dict[str, Any]:
    return {"decision": "refused", "reason": "身份没有核对上"}


ROWS: dict[str, Row] = {
    "my_data": reading(_PERSONS),
    "my_copy": Row(NO_GET, _PERSONS),
    "my_corrections": Row(_PERSONS, rule((MISSING, who("operator")), otherwise=INVALID)),
    "my_objection": Row(_PERSONS, rule((MISSING, who("operator")), otherwise=INVALID), "", _id, _PERSONS),
    "my_deletion": Row(_PERSONS, rule((MISSING, who("operator")), otherwise=IN)),
    "data_gone": public(),
    "my_consent": Row(NO_GET, signed_in(MISSING)),
    "my_request_withdraw": Row(NO_GET, signed_in(MISSING), "personal_request"),
    # Who stands in sees whose place it is, not their number.
    "person_phone": Row(NO_GET, rule((DENIED, who("stand_in", "own")), (IN, _OPENED)), "person"),
    "console_request_list": Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS)))),
    "console_request_results": Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS)))),
    "console_request_create": Row(console((PAGE, who(CLERKS))), console((INVALID, who(CLERKS)))),
    "console_request": Row(
        console((PAGE, _HANDLED)), console((INVALID, _HANDLED)), "personal_request", _refusal, console((PAGE, _HANDLED))
    ),
    "console_request_copy": Row(
        console((METHOD, who(CLERKS))),
        console((PAGE, _HANDLED)),
        "personal_request",
        _refusal,
        console((PAGE, _HANDLED)),
    ),
    "console_audit_list": Row(console((PAGE, AUDITORS), otherwise=HOME), console((METHOD, AUDITORS), otherwise=HOME)),
    "console_audit_results": Row(
        console((PAGE, AUDITORS), otherwise=HOME), console((METHOD, AUDITORS), otherwise=HOME)
    ),
}

COMMANDS = {
    "personal_fields": "a developer, after changing a model",
    "replay_tombstones": "an operator, after every restore",
    "run_retention": "the database's owner, every night",
    "verify_audit": "an operator, and after every restore",
}
