"""Who is answered what: finding one's leader, joining, the doors of a leader, estates and buildings in the console."""

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
    LEADERS,
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
from volunteers.homes.models import Household
from volunteers.units.models import Level, Unit

LOOKS_AFTER = who(LEADERS, "own") | who(LEADERS_ABOVE, "below") | who(STAFF, "own below")
ENTERS = who("leader", "own") | who("group_leader", "below")
MINE = who("resident asking_resident")  # who has asked sees that, and may take it back
_ONCE_ASKED = "asking_resident declined_resident left_resident"  # led on to what became of it
KEPT = who(CLERKS, "own below")
OF_A_COMMUNITY = who("worker other_worker", "own below") | who("street_clerk", "below")
_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_ACT = console((METHOD, who(CLERKS)))


def _no_visits(_thing: Any) -> dict[str, Any]:
    return {"welcome": "0"}


def _unlisted(_thing: Any) -> dict[str, Any]:
    return {"listed": "0"}


def _nothing(_thing: Any) -> dict[str, Any]:
    return {"household": ""}


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "我们这儿没有这个门牌"}


def _its_door(thing: Any) -> dict[str, Any]:
    return {"household": str(Household.objects.linked_to(thing.neighbourhood).get().uid)}


def _proxy(_thing: Any) -> dict[str, Any]:
    words = {"id": str(uuid.uuid4()), "name": "王秀英", "household": ""}
    return words | {"consent_by": "resident", "consent_how": "spoken"}


def _new_estate(thing: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "community": str(thing.community.uid), "name": "新苑"}


def _name(_thing: Any) -> dict[str, Any]:
    return {"name": "换名苑"}


def _new_building(_thing: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "name": "99栋", "entrances": "2"}


def _doors(_thing: Any) -> dict[str, Any]:
    return {"entrances": "1", "floors": "2", "doors": "2"}


def _target(community: Unit) -> dict[str, Any]:
    found = Unit.objects.at(Level.NEIGHBOURHOOD).under(community).first()
    uid = str(found.uid) if found else ""
    return {"neighbourhood": uid, "starts_on": timezone.localdate().isoformat()}


def _link_building(thing: Any) -> dict[str, Any]:
    return {"entrances": ["1单元"], **_target(thing.estate.community)}


def _link_household(thing: Any) -> dict[str, Any]:
    return {"uids": [str(thing.uid)], **_target(thing.building.estate.community)}


def _picked(thing: Any) -> dict[str, Any]:
    return {"uids": [str(thing.uid)]}


def _seen(sort: str, full: Any) -> Row:
    """A POST about a door or a resident, for those who look after it."""
    return Row(NO_GET, rule((IN, LOOKS_AFTER)), sort, full, rule((PAGE, LOOKS_AFTER)))


def _kept(sort: str, full: Any) -> Row:
    return Row(console((PAGE, KEPT)), console((IN, KEPT)), sort, full, console((PAGE, KEPT)))


PHONE = {
    "find": public(),
    # Codes that hang nowhere; the real ones are in tests/homes.
    "sign": public(MISSING),
    "join": public(MISSING, MISSING),
    "homes": reading(rule((PAGE, who(f"{LEADERS} {STAFF} resident {_ONCE_ASKED}")), otherwise=DENIED)),
    "my_home": reading(signed_in(PAGE)),
    "my_visits": Row(NO_GET, signed_in(MISSING)),
    "my_listing": Row(NO_GET, rule((PAGE, MINE)), "", _unlisted, rule((PAGE, MINE))),
    "my_leaving": Row(NO_GET, rule((PAGE, MINE)), "", _nothing, rule((PAGE, MINE))),
    "household_detail": reading(rule((PAGE, LOOKS_AFTER)), "household"),
    "household_visits": _seen("household", _no_visits),
    "resident_enter": Row(rule((PAGE, ENTERS)), rule((IN, ENTERS)), "unit", _proxy, rule((PAGE, ENTERS))),
    "resident_confirm": _seen("resident", _nothing),
    "resident_decline": Row(
        rule((PAGE, LOOKS_AFTER)), rule((IN, LOOKS_AFTER)), "resident", _reason, rule((PAGE, LOOKS_AFTER))
    ),
    "resident_door": Row(
        rule((PAGE, LOOKS_AFTER)), rule((IN, LOOKS_AFTER)), "settled", _its_door, rule((PAGE, LOOKS_AFTER))
    ),
    "resident_left": _seen("resident", _nothing),
}

DESK = {
    "console_estate_create": Row(
        console((PAGE, who(CLERKS))), console((IN, who(CLERKS))), "estate", _new_estate,
        console((PAGE, OF_A_COMMUNITY), (INVALID, who(CLERKS))),
    ),
    "console_estate": _kept("estate", _name),
    "console_building_create": _kept("estate", _new_building),
    "console_building": _kept("building", _new_building),
    "console_building_doors": Row(_ACT, console((IN, KEPT)), "building", _doors, console((PAGE, KEPT))),
    "console_building_link": Row(_ACT, console((IN, KEPT)), "building", _link_building, console((PAGE, KEPT))),
    "console_signs": _DESK,
    # Nobody is named in the address: nothing to print.
    "console_signs_a4": Row(console(), console((INVALID, who(CLERKS)))),
    "console_signs_a6": Row(console(), console((INVALID, who(CLERKS)))),
    "console_household_link": Row(
        _ACT, console((INVALID, who(CLERKS))), "household", _link_household,
        console((PAGE, KEPT), (INVALID, who(CLERKS))),
    ),
    "console_resident_confirm": Row(
        _ACT, console((INVALID, who(CLERKS))), "resident", _picked, console((PAGE, who(CLERKS)))
    ),
}  # fmt: skip
LISTS = ("estate", "building", "household", "resident", "door")

ROWS: dict[str, Row] = {
    **PHONE,
    **DESK,
    **{f"console_{name}_{part}": _DESK for name in LISTS for part in ("list", "results")},
    **{f"console_{name}_export": EXPORT for name in LISTS},
}
