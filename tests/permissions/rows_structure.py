"""Who is answered what: changes of the structure, and the monthly report."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import CLERKS, DENIED, IN, INVALID, METHOD, PAGE, STAFF, Row, console, who

_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_ACT = console((METHOD, who(CLERKS)))
_MINE = who(STAFF, "own below")
_APPROVERS = who("street_clerk district_clerk operating_clerk", "own below")
_WORKERS = who("worker other_worker", "own below")
_MAY = console((IN, _MINE))
_DONE = console((PAGE, _MINE))


def _day() -> str:
    return (timezone.localdate() + dt.timedelta(days=40)).isoformat()


def _draft(thing: Any) -> dict[str, Any]:
    words = {"kind": "rename", "unit": str(thing.uid), "id": str(uuid.uuid4())}
    return words | {"name": "换个名字", "in_force_on": _day(), "why": "好记"}


def _redraft(_thing: Any) -> dict[str, Any]:
    return {"name": "再换个名字", "in_force_on": _day(), "why": "更好记"}


def _note(_thing: Any) -> dict[str, Any]:
    return {"note": "开了会，大家同意"}


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "先不改"}


def _nothing(_thing: Any) -> dict[str, Any]:
    return {"format": "csv"}


_APPROVE = console((PAGE, _APPROVERS), (DENIED, _WORKERS))

ROWS: dict[str, Row] = {
    "console_structure_list": _DESK,
    "console_structure_results": _DESK,
    "console_structure_export": EXPORT,
    "console_structure_create": Row(
        console((PAGE, who(CLERKS))), console((PAGE, who(CLERKS))), "unit", _draft,
        console((PAGE, _MINE), otherwise=INVALID),
    ),
    "console_structure_unit": Row(console((PAGE, _MINE)), _ACT, "unit"),
    "console_structure_detail": Row(console((PAGE, _MINE)), _ACT, "structure"),
    "console_structure_edit": Row(console((PAGE, _MINE)), _MAY, "structure", _redraft, _DONE),
    "console_structure_consult": Row(_ACT, _MAY, "structure", _note, _DONE),
    "console_structure_approve": Row(_ACT, _APPROVE, "structure_asked", _nothing, _APPROVE),
    "console_structure_withdraw": Row(_ACT, _MAY, "structure_asked", _reason, _DONE),
    "console_month": _DESK,
    "console_month_export": Row(
        _ACT, console((PAGE, who(CLERKS))), "", _nothing, console((PAGE, who(CLERKS)))
    ),
}  # fmt: skip
