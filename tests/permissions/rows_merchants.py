"""Who is answered what: the till and a shop's own pages, joining, and the desk of merchants."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import (
    CLERKS,
    DENIED,
    IN,
    INVALID,
    LOGIN,
    METHOD,
    METHOD_FOR_ALL,
    MISSING,
    NO_GET,
    PAGE,
    Row,
    all_alike,
    console,
    public,
    reading,
    rule,
    signed_in,
    who,
)
from volunteers.units.models import Level, Unit

SHOP = who("merchant_person")
OURS = who(CLERKS, "own below")
_TILL = rule((PAGE, SHOP), otherwise=DENIED)
_NOT_OURS = rule((MISSING, SHOP), otherwise=DENIED)  # of another shop
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_ACT = console((METHOD, who(CLERKS)))
NOBODY = who("operator")


def _offer(_thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "offer": "烫发", "value_text": "7 折", "roles": ["group_leader"]}


def _application(_thing: Any) -> dict[str, Any]:
    community = Unit.objects.at(Level.COMMUNITY).order_by("path").first()
    told = {"uid": str(uuid.uuid4()), "name": "巷口面馆", "address": "巷口", "about": "面", "agreed": "on"}
    return told | {"unit": str(community.uid) if community else ""}


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "店里装修"}


def _written(thing: Any) -> dict[str, Any]:
    staffed = Unit.objects.get(path=thing.unit.path[: 3 * Unit.steplen])
    return {"name": "换个店名", "address": "路口", "about": "理发", "unit": str(staffed.pk)}


def _signed(_thing: Any) -> dict[str, Any]:
    return {"signed_on": timezone.localdate().isoformat()}


def _taken(thing: Any) -> dict[str, Any]:
    told = {"package": str(thing.package.uid), "kind": "life", "offer": "烫发", "value_text": "7 折"}
    return told | {"roles": ["area_leader"], "starts_on": timezone.localdate().isoformat()}


def _closed(thing: Any) -> dict[str, Any]:
    return {"state": "confirmed", "merchant": str(thing.shop.uid), "outcome": "店员培训过了"}


def _why(_thing: Any) -> dict[str, Any]:
    return {"why": "在核实"}


def _kept(sort: str, full: Any) -> Row:
    return Row(console((PAGE, OURS)), console((IN, OURS)), sort, full, console((PAGE, OURS)))


def _posted(sort: str, full: Any) -> Row:
    return Row(_ACT, console((IN, OURS)), sort, full, console((PAGE, OURS)))


PHONE = {
    "merchant_verify": Row(_TILL, rule((IN, SHOP), otherwise=DENIED)),
    "merchant_confirm": Row(NO_GET, rule((INVALID, SHOP), otherwise=DENIED)),
    "merchant_choose": Row(NO_GET, _TILL),
    "merchant_void": Row(_NOT_OURS, _NOT_OURS, "merchant"),
    "merchant_history": reading(_TILL),
    "merchant_statement": reading(_TILL),
    "merchant_benefits": reading(_TILL),
    "merchant_offer": Row(_TILL, rule((IN, SHOP), otherwise=DENIED), "", _offer, _TILL),
    **{f"merchant_ask_{want}": Row(_NOT_OURS, _NOT_OURS, "benefit") for want in ("pause", "resume", "end")},
    "merchant_take_back": Row(NO_GET, _NOT_OURS, "wish"),
    "merchant_sign": reading(_TILL),
    "merchant_agreement": Row(all_alike(PAGE), _TILL, "", lambda _thing: {}, _TILL),
    "merchant_join": Row(
        rule((DENIED, NOBODY), otherwise=PAGE, anonymous=PAGE),
        rule((DENIED, NOBODY), otherwise=INVALID, anonymous=LOGIN),
        "", _application, rule((DENIED, NOBODY), otherwise=PAGE),
    ),
    # A link that nobody was sent; the real ones are in tests/merchants.
    "merchant_invitation": public(MISSING, MISSING),
    "shop_list": public(),
    "shop_detail": Row(all_alike(PAGE), METHOD_FOR_ALL, "merchant"),
}  # fmt: skip

API = {
    "api:verify": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "", lambda _thing: {"code": "12345678"}, _TILL, json=True,
    ),
    "api:confirm": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "",
        lambda _thing: {"id": str(uuid.uuid4()), "voucher_id": str(uuid.uuid4())}, _NOT_OURS, json=True,
    ),
    "api:merchant_shops": Row(_TILL, METHOD_FOR_ALL, json=True),
    "api:merchant_use_void": Row(METHOD_FOR_ALL, signed_in(INVALID), "merchant", json=True),
    "api:merchant_month": Row(signed_in(MISSING), METHOD_FOR_ALL, "merchant", json=True),
}  # fmt: skip

DESK = {
    "console_merchant_create": Row(console((PAGE, who(CLERKS))), console((IN, who(CLERKS)))),
    "console_merchant_invite": Row(console((PAGE, who(CLERKS))), console((IN, who(CLERKS)))),
    "console_merchant": Row(console((PAGE, OURS)), _ACT, "applicant"),
    "console_merchant_edit": _kept("partner", _written),
    "console_merchant_accept": _posted("applicant", lambda _thing: {}),
    "console_merchant_refuse": _kept("applicant", _reason),
    "console_merchant_pause": _kept("partner", _reason),
    "console_merchant_resume": _kept("paused_shop", _reason),
    "console_merchant_end": _kept("partner", _reason),
    "console_merchant_phone": _posted("applicant", lambda _thing: {}),
    "console_merchant_sign": Row(console((PAGE, OURS)), _ACT, "partner"),
    "console_merchant_agreement": _kept("partner", _signed),
    "console_agreement_scan": Row(console((PAGE, OURS)), _ACT, "agreement"),
    "console_wish": _kept("wish", _taken),
    "console_wish_back": _kept("wish", _reason),
    "console_refusal": _kept("refusal", _closed),
    "console_refusal_pause": _posted("refusal", _why),
}

ROWS: dict[str, Row] = {
    **PHONE,
    **API,
    **DESK,
    **{f"console_{name}_{part}": _DESK for name in ("merchant", "wish", "refusal") for part in ("list", "results")},
    **{f"console_{name}_export": EXPORT for name in ("merchant", "wish", "refusal")},
}
