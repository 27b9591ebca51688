"""Who is answered what: proposals, public notices, roles held, leaves; on the phone and at a desk."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import (
    CLERKS,
    DENIED,
    IN,
    INVALID,
    LEADERS,
    LEADERS_ABOVE,
    METHOD,
    MISSING,
    NO_GET,
    PAGE,
    STAFF,
    Row,
    console,
    reading,
    rule,
    signed_in,
    who,
)  # fmt: skip
from volunteers.units.models import Appointment

_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_FORM = Row(console((PAGE, who(CLERKS))), console((IN, who(CLERKS))))
_ACT = console((METHOD, who(CLERKS)))
_MANAGED = who(CLERKS, "own below")
_DONE = console((PAGE, _MANAGED))

_PROPOSERS = who(f"{LEADERS} {STAFF} resident")
_SEEN = who(f"{LEADERS_ABOVE} {STAFF}", "own below")
# Everybody who lives or serves in the community; staff above it see what lies below them.
_AROUND = who("leader resident", "own sibling above") | who(LEADERS_ABOVE, "own below above") | who(STAFF, "own below")
_OWN_STAFF = who("worker other_worker street_clerk district_clerk", "own")
_OWN_HEADS = who(LEADERS, "own")
_NOT_THEIRS = (MISSING, who("stand_in", "own"))  # the post of the one they stand in for
_AWAY = (INVALID, who("leader_on_leave", "own"))
_BELOW = who(f"{LEADERS_ABOVE} worker other_worker worker_without_factor", "below")


def _day(days: int = 0) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


def _words(_thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "words": "想再问问"}


def _leave(_thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "starts_on": _day(1), "until": _day(5)}


def _nothing(_thing: Any) -> dict[str, Any]:
    return {"sent": "1"}


def _vet(_thing: Any) -> dict[str, Any]:
    return {"agreed": "on", "born_on": "1960-01-01"}


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "先等一等"}


def _answer(_thing: Any) -> dict[str, Any]:
    return {"verdict": "dismissed", "reason": "核实过了"}


def _end(_thing: Any) -> dict[str, Any]:
    return {"at_once": "on", "reason": "搬走了"}


def _correct(thing: Any) -> dict[str, Any]:
    return {"starts_on": thing.starts_on.isoformat(), "employer": "区图书馆", "reason": "漏填了"}


def _stand_in(thing: Any) -> dict[str, Any]:
    held = Appointment.objects.get(unit=thing.appointment.unit, person__name="在任者")
    return {"stand_in": str(held.uid)}


def _step(sort: str, full: Callable[[Any], dict[str, Any]] = _nothing) -> Row:
    """A button: it needs no body."""
    return Row(_ACT, _DONE, sort, full, _DONE)


def _filled(sort: str, full: Callable[[Any], dict[str, Any]], *, page: bool = False) -> Row:
    """Something to fill in, on a page of its own or as part of another."""
    return Row(_DONE if page else _ACT, console((IN, _MANAGED)), sort, full, _DONE)


def _detail(sort: str) -> Row:
    return Row(_DONE, _ACT, sort)


PHONE = {
    "post_mine": reading(signed_in(PAGE)),
    "post_propose": Row(rule((PAGE, _PROPOSERS), otherwise=DENIED), rule((IN, _PROPOSERS), otherwise=DENIED)),
    "post_proposal": reading(rule((PAGE, _SEEN)), "proposal"),
    "post_proposal_withdraw": Row(NO_GET, rule((DENIED, _SEEN)), "proposal"),
    "post_notice_list": reading(signed_in(PAGE)),
    "post_notice": reading(rule((PAGE, _AROUND)), "noticed"),
    "post_objection": Row(NO_GET, rule((INVALID, _AROUND)), "noticed", _words, rule((PAGE, _AROUND))),
    "post_leave": Row(
        rule(_NOT_THEIRS, (PAGE, _OWN_HEADS)), rule(_NOT_THEIRS, (IN, _OWN_HEADS)), "post", _leave,
        rule(_NOT_THEIRS, _AWAY, (PAGE, _OWN_HEADS)),
    ),
    "post_leave_end": Row(NO_GET, signed_in(MISSING), "leave"),
    "post_stand_in_decline": Row(NO_GET, signed_in(MISSING), "post"),
    "post_step_down": Row(
        rule(_NOT_THEIRS, (PAGE, _OWN_HEADS | _OWN_STAFF)), rule(_NOT_THEIRS, (IN, _OWN_HEADS | _OWN_STAFF)), "post",
        _nothing, rule(_NOT_THEIRS, (PAGE, _OWN_HEADS | _OWN_STAFF)),
    ),
    # Nobody of the cast took over from anybody: there is nothing to acknowledge, and what is not one's own is denied.
    "post_handover": Row(rule(_NOT_THEIRS, (PAGE, _OWN_HEADS | _OWN_STAFF | _BELOW)), rule((DENIED, _BELOW)), "post"),
}  # fmt: skip

_UPPER = who("street_clerk district_clerk operating_clerk")
_LOWER = who("worker other_worker")
DESK = {
    "console_proposal_list": _DESK,
    "console_proposal_results": _DESK,
    "console_proposal_create": _FORM,
    "console_proposal_detail": _detail("proposal"),
    "console_proposal_vet": _filled("proposal", _vet),
    "console_proposal_notice": _step("vetted"),
    "console_proposal_appoint": _step("ran"),
    "console_proposal_reject": _filled("vetted", _reason),
    "console_proposal_phone": _step("proposal"),
    "console_objection_answer": _filled("objection", _answer),
    "console_vacancy_list": _DESK,
    "console_vacancy_results": _DESK,
    "console_vacancy_export": EXPORT,
    "console_overload_list": _DESK,
    "console_overload_results": _DESK,
    "console_overload_export": EXPORT,
    "console_staff_appoint": Row(console((DENIED, _LOWER), (PAGE, _UPPER)), console((DENIED, _LOWER), (IN, _UPPER))),
    "console_appointment_detail": _detail("post"),
    "console_appointment_end": _filled("held", _end, page=True),
    "console_appointment_correct": _filled("held", _correct, page=True),
    "console_appointment_leave": _filled("held", _leave, page=True),
    "console_leave_end": _step("leave"),
    "console_leave_stand_in": _filled("leave", _stand_in, page=True),
    "console_handover": _detail("held"),
    "console_post_history": _detail("unit"),
    "console_person_posts": _detail("person"),
}
ROWS: dict[str, Row] = {**PHONE, **DESK}
COMMANDS = {"appoint_staff": "an operator, for the first clerk"}
