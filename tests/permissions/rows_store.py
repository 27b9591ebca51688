"""Who is answered what: the points store on the phone, at the desk, by the API."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import (
    CLERKS,
    HOME,
    IN,
    INVALID,
    METHOD,
    METHOD_FOR_ALL,
    MISSING,
    NO_GET,
    PAGE,
    Row,
    all_alike,
    console,
    rule,
    signed_in,
    who,
)  # fmt: skip

KEPT = who(CLERKS, "own below")
OF_A_COMMUNITY = who("worker other_worker", "own below") | who("street_clerk", "below")
BUDGETS = who("street_clerk district_clerk operating_clerk")
BUDGETED = who("street_clerk district_clerk operating_clerk", "own below")
LEFT = "former_leader former_stand_in"
"""Points stay spendable for ninety days."""
# What the store of the community has is for all its leaders, wherever in it they serve.
SHOPS = (
    who(f"leader leader_on_leave stand_in {LEFT}") | who("group_leader area_leader", "own below above")
)  # fmt: skip
# Those of them who hold a unit of this world have points; a stand-in, or who just left, has none.
RICH = who("leader leader_on_leave") | who("group_leader area_leader", "own below above")
_BUYING = rule((INVALID, who(f"stand_in {LEFT}")), (PAGE, RICH))
# The reservation is the holder's of the unit: of the leaders there, and of staff in their own unit.
MINE = who("leader leader_on_leave group_leader area_leader worker other_worker street_clerk district_clerk", "own")
NOT_MINE = who("stand_in former_stand_in", "own below sibling above")
_MINE = ((MISSING, NOT_MINE), (PAGE, MINE))
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_ACT = console((METHOD, who(CLERKS)))


def _id(**body: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), **body}


def _nothing(_thing: Any) -> dict[str, Any]:
    return {"sent": "1"}


def _reserve(_thing: Any) -> dict[str, Any]:
    return _id(quantity="1")


def _reserve_by_api(thing: Any) -> dict[str, Any]:
    return _id(goods=str(thing.uid), quantity=1)


def _collector(_thing: Any) -> dict[str, Any]:
    return _id(name="周小燕", relation="侄女")


def _store(thing: Any) -> dict[str, Any]:
    return {"unit": str(thing.unit.uid), "name": f"新超市{uuid.uuid4().hex[:6]}", "place": "二楼", "is_open": "on"}


def _goods(thing: Any) -> dict[str, Any]:
    words = {"name": f"雨伞{uuid.uuid4().hex[:6]}", "category": "home", "measure": "1 把", "points": "15"}
    return words | {"store": str(thing.uid), "is_active": "on"}


def _day(thing: Any) -> dict[str, Any]:
    on = timezone.localdate() + dt.timedelta(days=40)
    return {"store": str(thing.uid), "on": on.isoformat(), "hours": "9:00 到 11:00", "place": ""}


def _other_hours(thing: Any) -> dict[str, Any]:
    return {"on": thing.on.isoformat(), "hours": "14:00 到 16:00", "place": "活动室"}


def _called_off(_thing: Any) -> dict[str, Any]:
    return {"reason": "下大雨"}


def _price(_thing: Any) -> dict[str, Any]:
    return {"points": "7", "starts_on": timezone.localdate().isoformat()}


def _intake(_thing: Any) -> dict[str, Any]:
    return _id(quantity="2", cost="1.50", reason="")


def _spoil(_thing: Any) -> dict[str, Any]:
    return _id(quantity="1", reason="漏了")


def _budget(thing: Any) -> dict[str, Any]:
    return {"unit": str(thing.unit.uid), "year": str(timezone.localdate().year + 5), "yuan": "100"}


def _yuan(_thing: Any) -> dict[str, Any]:
    return {"yuan": "2000"}


def _counted(thing: Any) -> dict[str, Any]:
    return _id(reason="", **{f"n{one.pk}": str(one.stock) for one in thing.goods.all()})


def _approve(_thing: Any) -> dict[str, Any]:
    return {"approve": "1"}


def _ticked(thing: Any) -> dict[str, Any]:
    return {"uids": [str(one.pk) for one in thing.redemptions.all()]}


def _guest(thing: Any) -> dict[str, Any]:
    return {"person": str(thing.guest.uid)}


def _serve(thing: Any) -> dict[str, Any]:
    goods = thing.goods.get()
    return _id(goods=str(goods.uid), quantity="1", confirmed="paper", code="", **_guest(thing))


def _name(thing: Any) -> dict[str, Any]:
    return _id(name="小燕", relation="", **_guest(thing))


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "包装坏了"}


def _print(thing: Any) -> dict[str, Any]:
    return {"id": str(thing.prints.get().pk)}


def _again(_thing: Any) -> dict[str, Any]:
    return {"page": "1", "reason": "卡纸了"}


def _lost(_thing: Any) -> dict[str, Any]:
    return {"why": "lost"}


def _form(sort: str, full: Any, *, may: Any = KEPT) -> Row:
    return Row(console((PAGE, may)), console((IN, may)), sort, full, console((PAGE, may)))


def _new(full: Any, may: Any = KEPT) -> Row:
    """A form without a thing in its address; what lies out of scope is refused by the form."""
    return Row(
        console((PAGE, who(CLERKS))), console((IN, who(CLERKS))), "shop", full,
        console((PAGE, may), (INVALID, who(CLERKS))),
    )  # fmt: skip


def _look(sort: str) -> Row:
    return Row(console((PAGE, KEPT)), _ACT, sort)


def _act(sort: str, full: Any = None, *, empty: str = IN) -> Row:
    return Row(_ACT, console((empty, KEPT)), sort, full, console((PAGE, KEPT)) if full else None)


PHONE = {
    "store_home": Row(signed_in(PAGE), signed_in(METHOD)),
    "store_goods": Row(rule((PAGE, SHOPS)), rule((IN, SHOPS)), "goods", _reserve, _BUYING),
    "store_photo": Row(signed_in(MISSING), signed_in(METHOD), "goods"),
    "store_redemption": Row(rule(*_MINE), signed_in(METHOD), "redemption"),
    "store_cancel": Row(NO_GET, rule(*_MINE), "redemption", _nothing, rule(*_MINE)),
    "store_collectors": Row(
        rule((MISSING, who("operator")), otherwise=PAGE), rule((MISSING, who("operator")), otherwise=IN), "",
        _collector, rule((MISSING, who("operator")), otherwise=PAGE),
    ),
    "store_collector_end": Row(NO_GET, rule(*_MINE), "collector", _nothing, rule(*_MINE)),
    "store_prices": Row(all_alike(PAGE), all_alike(METHOD), "shop"),
    "api:goods": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:reserve": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "goods", _reserve_by_api, _BUYING, json=True
    ),
    "api:redemptions": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:redemption_cancel": Row(METHOD_FOR_ALL, rule(*_MINE), "redemption", _nothing, rule(*_MINE), json=True),
}  # fmt: skip

DESK = {
    "console_store_create": _new(_store, OF_A_COMMUNITY),
    "console_store": _look("shop"),
    "console_store_edit": _form("shop", lambda thing: {"name": thing.name, "place": "三楼"}),
    "console_counter": Row(console((PAGE, KEPT)), console((PAGE, KEPT)), "shop"),
    "console_counter_serve": _act("shop", _serve, empty=MISSING),
    "console_counter_collector": _act("shop", _name, empty=MISSING),
    "console_counter_collector_end": _act("shop", empty=MISSING),
    "console_passbook_issue": _act("shop", _guest, empty=MISSING),
    "console_store_collect": _act("shop", _ticked),
    "console_count_sheet": _look("shop"),
    "console_count_create": _form("shop", _counted),
    "console_settlement": _look("shop"),
    "console_settlement_ask": _act("shop"),
    "console_settlement_decide": _act("settlement", _approve),
    "console_goods_create": _new(_goods),
    "console_goods": _look("goods"),
    "console_goods_edit": _form(
        "goods", lambda thing: {"name": thing.name, "category": "wash", "measure": "2 瓶", "is_active": "on"}
    ),
    "console_goods_price": _form("goods", _price),
    "console_goods_intake": _form("goods", _intake),
    "console_goods_spoil": _form("goods", _spoil),
    "console_exchange_create": _new(_day),
    "console_exchange": _look("exchange"),
    "console_exchange_edit": _form("exchange", _other_hours),
    "console_exchange_call_off": _form("exchange", _called_off),
    "console_exchange_sheet": _look("exchange"),
    "console_redemption": _look("redemption"),
    "console_redemption_cancel": _form("redemption", _reason),
    # Nothing was collected yet, so there is nothing to take back.
    "console_redemption_return": Row(console((PAGE, KEPT)), console((IN, KEPT)), "redemption"),
    "console_count": _look("stock_count"),
    "console_count_decide": _act("stock_count", _approve),
    "console_goods_budget_create": Row(
        console((PAGE, BUDGETS), otherwise=HOME), console((IN, BUDGETS), otherwise=HOME), "shop", _budget,
        console((PAGE, who("street_clerk", "below")), (INVALID, BUDGETS), otherwise=HOME),
    ),
    "console_goods_budget": Row(
        console((PAGE, BUDGETED), ("denied", who("worker other_worker", "own below"))),
        console((IN, BUDGETED), ("denied", who("worker other_worker", "own below"))), "goods_budget", _yuan,
        console((PAGE, BUDGETED), ("denied", who("worker other_worker", "own below"))),
    ),
    "console_passbook": _look("passbook"),
    "console_passbook_print": _act("passbook", _print),
    "console_passbook_reprint": _act("passbook", _again),
    "console_passbook_card": _act("passbook", _nothing),
    "console_passbook_replace": _act("passbook", _lost),
}  # fmt: skip
LISTS = ("store", "goods", "movement", "redemption", "exchange", "count", "goods_budget", "passbook")

ROWS: dict[str, Row] = {
    **PHONE,
    **DESK,
    **{f"console_{name}_{part}": _DESK for name in LISTS for part in ("list", "results")},
    **{f"console_{name}_export": EXPORT for name in LISTS},
}
