"""Who is answered what: claiming, giving back, paper vouchers, and the desk of benefits."""

from __future__ import annotations

import uuid
from typing import Any

from rewards.benefits.models import Benefit
from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import (
    CLERKS,
    DENIED,
    IN,
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
)

ENTITLED = who(LEADERS, "own above")
PRINTERS = f"{LEADERS_ABOVE} {STAFF}"
OURS = who(CLERKS, "own below")
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))


def _paper(post: Any) -> dict[str, Any]:
    benefit = Benefit.objects.get(package__unit=post.unit, name__startswith="纸质")
    return {"id": str(uuid.uuid4()), "benefit": str(benefit.uid)}


def _places(_benefit: Any) -> dict[str, Any]:
    return {"places": "9", "reason": "医院多给了几个"}


_FOR = ((PAGE, who(PRINTERS, "below")), (DENIED, who(PRINTERS, "own")))
_FOR_POST = ((IN, who(PRINTERS, "below")), (DENIED, who(PRINTERS, "own")))

ROWS: dict[str, Row] = {
    "benefit_history": reading(signed_in(PAGE)),
    "benefit_claim": Row(
        NO_GET, rule((PAGE, ENTITLED)), "benefit", lambda _benefit: {"yes": "1"}, rule((PAGE, ENTITLED))
    ),
    # Nobody of the matrix holds a place.
    "benefit_give_back": Row(NO_GET, signed_in(MISSING), "benefit"),
    "benefit_paper_people": reading(rule((PAGE, who(PRINTERS)), otherwise=DENIED)),
    "benefit_paper": Row(rule(*_FOR), rule(*_FOR_POST), "paper_post", _paper, rule(*_FOR)),
    "benefit_paper_show": reading(rule((PAGE, who(PRINTERS, "below"))), "paper"),
    "console_benefit_detail": Row(console((PAGE, OURS)), console((METHOD, who(CLERKS))), "draft"),
    "console_benefit_places": Row(
        console((METHOD, who(CLERKS))), console((IN, OURS)), "draft", _places, console((PAGE, OURS))
    ),
    "console_entitlement_list": _DESK,
    "console_entitlement_results": _DESK,
    "console_entitlement_export": EXPORT,
}
