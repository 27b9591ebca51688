"""Who is answered what: one's own honours, papers, thanks, stories; and the desk of honours."""

from __future__ import annotations

import uuid
from typing import Any

from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import (
    CLERKS,
    DENIED,
    IN,
    INVALID,
    LEADERS_ABOVE,
    METHOD,
    METHOD_FOR_ALL,
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
from tests.permissions.world import STAFFED_SORTS

STAFFED_SORTS |= {"story", "story_consent"}
OURS = who(CLERKS, "own below")
DISTRICT = who("district_clerk operating_clerk")
# Whom somebody may thank: a resident those of the home and above, whoever sees people the leaders below.
THANKS = (
    who("resident", "own above")
    | who(LEADERS_ABOVE, "below")
    | who("worker other_worker worker_without_factor", "below")
)
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_FORM = Row(console((PAGE, who(CLERKS))), console((IN, who(CLERKS))))
_ACT = console((METHOD, who(CLERKS)))


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "核对以后发现记错了"}


def _card(_thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "picture": "lamp", "words": "谢谢您"}


def _yes(_thing: Any) -> dict[str, Any]:
    return {"sent": "1"}


def _file(_thing: Any) -> dict[str, Any]:
    return {"format": "csv"}


def _kind(_thing: Any) -> dict[str, Any]:
    return {"name": "感谢信", "words": "谢谢您。", "is_active": "on"}


def _detail(sort: str) -> Row:
    return Row(console((PAGE, OURS)), console((METHOD, who(CLERKS))), sort)


def _signed(sort: str) -> Row:
    return Row(_ACT, console((PAGE, OURS)), sort, _yes, console((PAGE, OURS)))


def _with_reason(sort: str) -> Row:
    return Row(_ACT, console((INVALID, OURS)), sort, _reason, console((PAGE, OURS)))


PHONE = {
    "honours": reading(signed_in(PAGE)),
    "proof_print": Row(NO_GET, signed_in(INVALID)),
    # Papers and cards are their person's alone.
    "service_proof": reading(signed_in(MISSING), "proof"),
    "service_proof_withdraw": Row(NO_GET, signed_in(MISSING), "proof"),
    "certificate": reading(rule((PAGE, who(STAFF, "own below"))), "certificate"),
    "certificate_hide": Row(NO_GET, signed_in(MISSING), "certificate"),
    "certificate_check_form": public(),
    "certificate_check": public(),
    "thanks_choose": reading(signed_in(PAGE)),
    "thanks_send": Row(rule((PAGE, THANKS)), rule((IN, THANKS)), "thanked", _card, rule((PAGE, THANKS))),
    "thanks_hide": Row(NO_GET, signed_in(MISSING), "card"),
    "thanks_report": Row(NO_GET, signed_in(MISSING), "card"),
    "api:honours": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "story_list": reading(signed_in(PAGE)),
    "story_detail": reading(signed_in(PAGE), "story"),
    "story_photo": reading(signed_in(MISSING), "story"),  # there is none in it
    "story_consent": Row(signed_in(MISSING), signed_in(MISSING), "story_consent"),
    "story_consent_photo": reading(signed_in(MISSING), "story_consent"),
}

DESK = {
    "console_service": Row(console((PAGE, OURS)), console((IN, OURS)), "service", _reason, console((PAGE, OURS))),
    "console_service_entry_create": _FORM,
    "console_service_entry": _detail("service_entry"),
    "console_service_entry_certify": _signed("service_entry"),
    "console_service_entry_refuse": _with_reason("service_entry"),
    "console_hand_over_create": _FORM,
    "console_hand_over": _detail("hand_over"),
    "console_hand_over_file": Row(_ACT, console((PAGE, OURS)), "hand_over", _file, console((PAGE, OURS))),
    "console_certificate_create": _FORM,
    "console_certificate": _detail("certificate"),
    "console_certificate_approve": _signed("certificate_waiting"),
    "console_certificate_refuse": _with_reason("certificate_waiting"),
    "console_certificate_withdraw": _with_reason("certificate"),
    "console_certificate_kind_create": Row(
        console((PAGE, DISTRICT), (DENIED, who(CLERKS))), console((IN, DISTRICT), (DENIED, who(CLERKS)))
    ),
    # One set for the whole district, whoever's thing it is that is asked for.
    "console_certificate_kind": Row(
        console((PAGE, DISTRICT), (DENIED, who(CLERKS))), console((IN, DISTRICT), (DENIED, who(CLERKS))), "kind",
        _kind, console((PAGE, DISTRICT), (DENIED, who(CLERKS))),
    ),
    "console_thanks": Row(console((PAGE, OURS)), console((PAGE, OURS)), "reported_card"),
}  # fmt: skip
EXPORTED = ("service", "certificate", "anniversary")
LISTS = (*EXPORTED, "service_entry", "hand_over", "certificate_kind", "thanks", "story")

ROWS: dict[str, Row] = {
    **PHONE,
    **DESK,
    **{f"console_{name}_{part}": _DESK for name in LISTS for part in ("list", "results")},
    **{f"console_{name}_export": EXPORT for name in EXPORTED},
}
