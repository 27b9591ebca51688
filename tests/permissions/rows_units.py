"""Who is answered what: units, people and appointments in the console, and the search over all of it."""

from __future__ import annotations

from typing import Any

from tests.permissions.rules import CLERKS, IN, METHOD, PAGE, STAFF, Row, console, who

_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_ASKING = Row(console((PAGE, who(CLERKS))), console((PAGE, who(CLERKS))))
_IN_SCOPE = who(STAFF, "own below")


def _export(_thing: Any) -> dict[str, Any]:
    return {"format": "csv", "full": "", "reason": ""}


EXPORT = Row(
    console((METHOD, who(CLERKS))), console((PAGE, who(CLERKS))), "", _export, console((PAGE, who(CLERKS)))
)  # fmt: skip
"""Of every list that can be exported; for the other files of this table too."""


def _correct_unit(thing: Any) -> dict[str, Any]:
    return {"place": "7栋3单元", "households_declared": (thing.households_declared or 0) + 1}


def _correct_person(thing: Any) -> dict[str, Any]:
    return {"name": f"{thing.name}一", "reason": "本人来窗口说写错了"}


def _end_many(thing: Any) -> dict[str, Any]:
    return {"uids": [str(thing.uid)], "confirm": "1", "last_day": "", "reason": "一起搬走了"}


ROWS: dict[str, Row] = {
    "console_find": _DESK,
    "console_unit_list": _DESK,
    "console_unit_results": _DESK,
    "console_unit_export": EXPORT,
    "console_unit_choose": _ASKING,
    "console_unit": Row(console((PAGE, _IN_SCOPE)), console((METHOD, who(CLERKS))), "unit"),
    "console_unit_edit": Row(
        console((PAGE, _IN_SCOPE)), console((IN, _IN_SCOPE)), "unit", _correct_unit, console((PAGE, _IN_SCOPE))
    ),
    "console_person_list": _DESK,
    "console_person_results": _DESK,
    "console_person_export": EXPORT,
    "console_person_choose": _ASKING,
    "console_person": Row(console((PAGE, _IN_SCOPE)), console((METHOD, who(CLERKS))), "person"),
    "console_person_correct": Row(
        console((PAGE, _IN_SCOPE)), console((IN, _IN_SCOPE)), "person", _correct_person, console((PAGE, _IN_SCOPE))
    ),
    "console_appointment_list": _DESK,
    "console_appointment_results": _DESK,
    "console_appointment_export": EXPORT,
    "console_appointment_end_many": Row(
        console((METHOD, who(CLERKS))),
        console((PAGE, who(CLERKS))),
        "appointment",
        _end_many,
        console((PAGE, who(CLERKS, "below")), (IN, who(CLERKS))),
    ),
}
