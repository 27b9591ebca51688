"""Who is answered what: one's own points, and points at a desk: awards, lines, budgets, rules, the sample."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from rewards.points.rules import version_in_force
from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import (
    CLERKS,
    DENIED,
    HOME,
    IN,
    INVALID,
    METHOD,
    PAGE,
    Row,
    Rule,
    console,
    reading,
    signed_in,
    who,
)  # fmt: skip

OURS = who(CLERKS, "own below")
_KEEP = "street_clerk district_clerk operating_clerk"
KEEPERS, KEPT = who(_KEEP), who(_KEEP, "own below")
DISTRICT = who("district_clerk operating_clerk")
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_ACT = console((METHOD, who(CLERKS)))


def _kept(*answers: tuple[str, Any]) -> Rule:
    """For those who keep budgets; nobody else at a desk gets that far."""
    return console((HOME, who("worker other_worker")), *answers)


def _district(answer: str) -> Rule:
    return console((answer, DISTRICT), otherwise=HOME)


def _today() -> str:
    return timezone.localdate().isoformat()


def _nothing(_thing: Any) -> dict[str, Any]:
    return {"ok": "1"}


def _why(_thing: Any) -> dict[str, Any]:
    return {"reason": "看过了，录了两次"}


def _ask(thing: Any) -> dict[str, Any]:
    words = {"uid": str(uuid.uuid4()), "people": [str(thing.person.uid)], "rule": "hazard_found", "quantity": "1"}
    return words | {"happened_on": _today(), "reason": "发现楼道电线老化", "ask": "1"}


def _ticked(thing: Any) -> dict[str, Any]:
    return {"uids": [str(thing.uid)], "confirm": "1", "reason": "看过了，录了两次"}


def _points(_thing: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "points": "5", "reason": "用不完"}


def _fill(thing: Any) -> dict[str, Any]:
    return _points(thing) | {"unit": str(thing.uid)}


def _look(_thing: Any) -> dict[str, Any]:
    return {"verdict": "in_order", "reason": ""}


def _export(_thing: Any) -> dict[str, Any]:
    return {"format": "csv"}


def _rules(_thing: Any) -> dict[str, Any]:
    lines = list(version_in_force().rules.values())
    data: dict[str, Any] = {
        "uid": str(uuid.uuid4()), "starts_on": (timezone.localdate() + dt.timedelta(days=40)).isoformat(),
        "why": "多谢大家", "ceiling": "40", "valid_months": "24", "warn_days": "60",
        "lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": str(len(lines)),
    }  # fmt: skip
    for at, line in enumerate(lines):
        given = {"code": line.code, "label": line.label, "measure": line.measure, "points": line.points}
        data |= {f"lines-{at}-{name}": str(value) for name, value in given.items()}
    return data


def _decided(sort: str, answers: Any, first: Any, full: Any) -> Row:
    """A POST about one thing that two people decide; a GET is told the method."""
    get, own = answers((METHOD, first)), answers((IN, OURS if first == who(CLERKS) else KEPT))
    return Row(get, own, sort, full, answers((PAGE, OURS if first == who(CLERKS) else KEPT)))


PHONE = {
    "points": reading(signed_in(PAGE)),
    "points_rules": reading(signed_in(PAGE)),
    "points_print": reading(signed_in(PAGE)),
}
_ITSELF = who("worker other_worker street_clerk district_clerk", "own")
_LEADERS = who("worker other_worker", "below")
AWARDS = {
    **{f"console_award_{part}": _DESK for part in ("list", "results")},
    "console_award_export": EXPORT,
    # Nobody asks for themselves, and only for the three heads of their own units.
    "console_award_ask": Row(
        console((PAGE, who(CLERKS))), console((INVALID, who(CLERKS))), "appointment", _ask,
        console((PAGE, _LEADERS), (DENIED, _ITSELF), (INVALID, who(CLERKS))),
    ),
    "console_award": Row(console((PAGE, OURS)), console((METHOD, who(CLERKS))), "award"),
    "console_award_approve": _decided("award", console, who(CLERKS), _nothing),
    "console_award_refuse": _decided("award", console, who(CLERKS), _why),
    # Taken back by whoever asked; these were asked for by the program.
    "console_award_withdraw": Row(_ACT, console((DENIED, OURS)), "award"),
    # Without anything ticked one is sent back to the list, and what is out of sight is left out.
    **{
        f"console_award_{step}_many": Row(
            _ACT, console((PAGE, who(CLERKS))), "award", _ticked, console((PAGE, who(CLERKS)))
        )
        for step in ("approve", "refuse")
    },
    "console_line_find": _DESK,
    "console_line_reverse": Row(
        console((PAGE, OURS)), console((IN, OURS)), "line", _why, console((PAGE, OURS))
    ),
    "console_line_beside": Row(
        console((PAGE, OURS)), console((IN, OURS)), "line", _ticked, console((PAGE, OURS))
    ),
}  # fmt: skip
BUDGETS = {
    **{
        f"console_{name}_{part}": Row(_kept((PAGE, KEEPERS)), _kept((METHOD, KEEPERS)))
        for name in ("budget", "fill")
        for part in ("list", "results")
    },
    "console_budget_export": Row(
        _kept((METHOD, KEEPERS)), _kept((PAGE, KEEPERS)), "", _export, _kept((PAGE, KEEPERS))
    ),
    "console_budget_back": Row(
        _kept((PAGE, KEPT)), _kept((IN, KEPT)), "unit", _points, _kept((PAGE, KEPT))
    ),
    "console_fill_ask": Row(
        _kept((PAGE, KEEPERS)), _kept((IN, KEEPERS)), "unit", _fill, _kept((PAGE, KEPT), (INVALID, KEEPERS))
    ),
    "console_fill": Row(_kept((PAGE, KEPT)), _kept((METHOD, KEEPERS)), "fill"),
    "console_fill_approve": _decided("fill", _kept, KEEPERS, _nothing),
    "console_fill_refuse": _decided("fill", _kept, KEEPERS, _why),
    "console_fill_withdraw": Row(_kept((METHOD, KEEPERS)), _kept((DENIED, KEPT)), "fill"),
}  # fmt: skip
RULES = {
    **{f"console_rules_{part}": Row(_district(PAGE), _district(METHOD)) for part in ("list", "results")},
    "console_rules_draft": Row(_district(PAGE), _district(IN), "", _rules, _district(PAGE)),
    "console_rules": Row(_district(PAGE), _district(METHOD), "rules"),
    "console_rules_edit": Row(_district(PAGE), _district(IN), "rules", _rules, _district(PAGE)),
    "console_rules_rehearsal": Row(_district(PAGE), _district(METHOD), "rules"),
    "console_rules_approve": Row(_district(METHOD), _district(PAGE), "rules", _nothing, _district(PAGE)),
    "console_rules_withdraw": Row(_district(METHOD), _district(PAGE), "rules", _nothing, _district(PAGE)),
    **{f"console_sample_{part}": Row(_district(PAGE), _district(METHOD)) for part in ("list", "results", "drawn")},
    "console_sample_numbers": Row(_district(PAGE), _district(METHOD), "award_sample"),
    "console_sample": Row(_district(PAGE), _district(IN), "sampled", _look, _district(PAGE)),
}
ROWS: dict[str, Row] = {**PHONE, **AWARDS, **BUDGETS, **RULES}
