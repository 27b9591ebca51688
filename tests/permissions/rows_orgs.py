"""Who is answered what: departments, party organisations, cadres, merchants' accounts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import CLERKS, HOME, IN, METHOD, PAGE, Row, console, who
from volunteers.orgs.models import PartyOrg

KEEPERS = who("district_clerk operating_clerk")
OURS = who(CLERKS, "own below")
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))


def _keepers(get: str, post: str, full: Callable[[Any], dict[str, Any]] | None = None, sort: str = "") -> Row:
    """For those who keep departments; nobody else at a desk gets that far."""
    rule = console((PAGE, KEEPERS), otherwise=HOME)
    reading, writing = (console((answer, KEEPERS), otherwise=HOME) for answer in (get, post))
    return Row(reading, writing, sort, full, rule if full else None)


def _acting(sort: str, full: Callable[[Any], dict[str, Any]]) -> Row:
    """A form about one thing of one's own units."""
    return Row(console((PAGE, OURS)), console((IN, OURS)), sort, full, console((PAGE, OURS)))


def _reading(sort: str) -> Row:
    return Row(console((PAGE, OURS)), console((PAGE, OURS)), sort)


def _today() -> str:
    return timezone.localdate().isoformat()


def _somebody(_thing: Any) -> dict[str, Any]:
    return {"name": "新来的", "phone": "15488889901", "starts_on": _today()}


def _last_day(_thing: Any) -> dict[str, Any]:
    return {"last_day": _today(), "reason": "调走了"}


def _name(_thing: Any) -> dict[str, Any]:
    return {"name": "换个名字"}


def _new_department(_thing: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "name": "新部门"}


def _other_parent(_thing: Any) -> dict[str, Any]:
    return {"parent": str(PartyOrg.objects.get(name="second 党委").uid)}


def _place_below(thing: Any) -> dict[str, Any]:
    below = thing.unit.get_children().first() or thing.unit
    return {"unit": str(below.uid), "starts_on": _today()}


def _own_place(thing: Any) -> dict[str, Any]:
    return {"unit": str(thing.unit.uid), "last_day": _today()}


def _export(_thing: Any) -> dict[str, Any]:
    return {"format": "csv"}


_KEPT_EXPORT = Row(
    console((METHOD, KEEPERS), otherwise=HOME), console((PAGE, KEEPERS), otherwise=HOME), "", _export,
    console((PAGE, KEEPERS), otherwise=HOME),
)  # fmt: skip


def _list(name: str, *, kept: bool = False) -> dict[str, Row]:
    """The three addresses of a list."""
    desk, export = (_keepers(PAGE, METHOD), _KEPT_EXPORT) if kept else (_DESK, EXPORT)
    return {f"{name}_list": desk, f"{name}_results": desk, f"{name}_export": export}


ROWS: dict[str, Row] = {
    **_list("console_department", kept=True),
    **_list("console_officer", kept=True),
    "console_department_create": _keepers(PAGE, IN, _new_department),
    "console_department_detail": _keepers(PAGE, PAGE, sort="department"),
    "console_department_rename": _keepers(PAGE, IN, _name, "department"),
    "console_officer_create": _keepers(PAGE, IN, _somebody, "department"),
    "console_officer_end": _keepers(PAGE, IN, _last_day, "officer"),
    **_list("console_party"),
    **_list("console_party_gap"),
    # Without a unit in the address this is the first step, which takes nothing.
    "console_party_create": Row(console((PAGE, who(CLERKS))), console((PAGE, who(CLERKS)))),
    "console_party_detail": _reading("party"),
    "console_party_rename": _acting("party", _name),
    "console_party_move": _acting("party", _other_parent),
    "console_party_link": _acting("party", _place_below),
    "console_party_unlink": _acting("party", _own_place),
    "console_party_close": _acting("party", _last_day),
    **_list("console_cadre"),
    **_list("console_cadre_employer"),
    **_list("console_cadre_name"),
    "console_cadre_detail": _reading("cadre"),
    **_list("console_clerk"),
    "console_merchant_clerks": _reading("merchant"),
    "console_clerk_create": _acting("merchant", _somebody),
    "console_clerk_end": _acting("clerk", _last_day),
    "console_clerk_remove": _acting("clerk", _last_day),
    **{
        f"console_{name}_{part}": row
        for name in ("benefit", "package")
        for part, row in (("results", _DESK), ("export", EXPORT))
    },
}
