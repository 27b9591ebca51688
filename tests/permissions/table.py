"""Who is answered what, address by address: the rights of the product as one table (goal G4).

An address that is not here fails the tests, and so does a line without an address. The console's pages that Wagtail
brings are in `table_wagtail`.
"""

from __future__ import annotations

import uuid
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.permissions.rules import (
    CLERKS,
    DENIED,
    IN,
    INVALID,
    LEADERS,
    LEADERS_ABOVE,
    LOGIN,
    METHOD,
    METHOD_FOR_ALL,
    MISSING,
    NO_GET,
    PAGE,
    STAFF,
    STAFF_LOGIN,
    Row,
    console,
    public,
    reading,
    rule,
    signed_in,
    who,
)  # fmt: skip

ASKED = who(LEADERS, "own above")
SEEN = ASKED | who(LEADERS_ABOVE, "below") | who(STAFF, "own below above")
CLOSERS = who(STAFF, "own below")
CHECK_INS = who(LEADERS, "own") | who(LEADERS_ABOVE, "below") | who(STAFF, "own below")
# Nobody decides their own word; in the clerks' own units the word is the first clerk's.
DECIDERS = (
    who(LEADERS_ABOVE, "below") | who(CLERKS, "below") | who("worker_without_factor operating_clerk", "own below")
)
# Somebody who stands in speaks for themselves: the leader's own word is not theirs to read or to change.
STANDS_IN = who("stand_in", "own")
TOLD = who(f"{LEADERS} resident", "own above") | who(STAFF, "own below above")
ENTITLED = who(LEADERS, "own above")
ABOVE_ANYWHERE = who(f"{LEADERS_ABOVE} {STAFF}")
POSTERS = who(STAFF)
MANAGED = who(CLERKS, "own below")


def new_id(_thing: Any) -> dict[str, Any]:
    """An id made on a phone."""
    return {"id": str(uuid.uuid4())}


def _outcome(_thing: Any) -> dict[str, Any]:
    return {"title": "办成了", "story": "通道清干净了"}


def _word(_thing: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "answer": "done"}


def _task(thing: Any) -> dict[str, Any]:
    words = {
        "id": str(uuid.uuid4()),
        "title": "看楼道",
        "roles": ["neighbour_leader"],
        "due_at": "2999-01-01T00:00:00Z",
    }
    return words | {"unit": str(thing.unit.uid), "targets": [str(thing.unit.uid)]}


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "请再看看三楼"}


PUBLIC = {
    "livez": public(),
    "readyz": public(),
    "metrics": public(),
    "service_worker": public(),
    "csrf_token": public(),
    "outbox": public(),
    "prefs": public(METHOD, PAGE),
    "language": public(METHOD, PAGE),
    "login": public(PAGE, INVALID),
    "login_code": public(LOGIN, LOGIN),
    "login_again": public(LOGIN, LOGIN),
    "wechat_login": public(MISSING),
    "wechat_callback": public(DENIED),
    "staff_login": public(PAGE, INVALID),
    "staff_code": public(STAFF_LOGIN, STAFF_LOGIN),
    "staff_setup": public(STAFF_LOGIN, STAFF_LOGIN),
    "logout": public(PAGE, LOGIN),
    "console_login": public(STAFF_LOGIN, STAFF_LOGIN),
    "console_logout": public(PAGE, LOGIN),
    "console_password_reset": public(MISSING, MISSING),
    "console_password_reset_below": public(MISSING, MISSING),
    "wagtail_login": public(STAFF_LOGIN, STAFF_LOGIN),
    # Wagtail's own, which ours stand before.
    "wagtailadmin_logout": public(PAGE, LOGIN),
    "wagtailadmin_password_reset": public(MISSING, MISSING),
    "wagtailadmin_password_reset_done": public(MISSING, MISSING),
    "wagtailadmin_password_reset_confirm": public(MISSING, MISSING),
    "wagtailadmin_password_reset_complete": public(MISSING, MISSING),
    "wagtailadmin_login": public(STAFF_LOGIN, STAFF_LOGIN),
    "wagtailcore_login": public(STAFF_LOGIN, STAFF_LOGIN),
    "wagtailcore_authenticate_with_password": public(MISSING, MISSING),
    "demo": public(PAGE, MISSING),
    "wagtail_serve": public(PAGE, PAGE),
}

OWN_PAGES = {
    "me": Row(signed_in(PAGE), METHOD_FOR_ALL),
    "sync": Row(signed_in(PAGE), METHOD_FOR_ALL),
    "inbox": Row(signed_in(PAGE), METHOD_FOR_ALL),
    "inbox_read": Row(METHOD_FOR_ALL, signed_in(PAGE)),
    "benefit_list": reading(signed_in(PAGE)),
    "benefit_detail": reading(rule((PAGE, ENTITLED)), "benefit"),
    "benefit_code": reading(rule((PAGE, ENTITLED)), "benefit"),
    "benefit_refused": Row(
        rule((PAGE, ENTITLED)), rule((IN, ENTITLED)), "benefit",
        lambda _thing: {"id": str(uuid.uuid4()), "words": "店里说没听过"}, rule((PAGE, ENTITLED)),
    ),
}  # fmt: skip

TASKS = {
    "task_list": reading(signed_in(PAGE)),
    "task_create": Row(rule((PAGE, POSTERS), otherwise=DENIED), rule((IN, POSTERS), otherwise=DENIED)),
    "task_reach": reading(rule((PAGE, POSTERS), otherwise=DENIED)),
    "check_in_list": reading(rule((PAGE, ABOVE_ANYWHERE), otherwise=DENIED)),
    "check_in_confirm": Row(
        NO_GET, signed_in(INVALID), "check_in", lambda thing: {"ids": [str(thing.pk)]},
        rule((MISSING, STANDS_IN), (PAGE, DECIDERS), (DENIED, CHECK_INS)),
    ),
    "task_detail": Row(
        rule((PAGE, SEEN)), rule((IN, SEEN)), "task", _word,
        # The word of whoever holds the unit is there already: a second one is a conflict.
        rule((PAGE, STANDS_IN), (INVALID, who(LEADERS, "own")), (PAGE, ASKED)),
    ),
    "task_done": reading(rule((PAGE, SEEN)), "task"),
    "check_in_change": Row(rule((PAGE, SEEN)), rule((IN, SEEN)), "task"),
    "task_decline": Row(
        NO_GET, rule((INVALID, SEEN)), "task", new_id,
        rule((PAGE, STANDS_IN), (INVALID, who(LEADERS, "own")), (PAGE, ASKED)),
    ),
    "check_in_for": Row(
        rule((PAGE, who(f"{LEADERS_ABOVE} {STAFF}", "below")), (DENIED, who(f"{LEADERS_ABOVE} {STAFF}", "own"))),
        rule((IN, who(f"{LEADERS_ABOVE} {STAFF}", "below")), (DENIED, who(f"{LEADERS_ABOVE} {STAFF}", "own"))),
        "appointment",
    ),
    "task_rollup": reading(rule((DENIED, who("leader", "own above")), (PAGE, SEEN)), "task"),
    "task_close": Row(
        rule((PAGE, CLOSERS), (DENIED, SEEN)), rule((IN, CLOSERS), (DENIED, SEEN)), "task", _outcome,
        rule((PAGE, CLOSERS), (DENIED, SEEN)),
    ),
    "task_outcome": reading(rule((PAGE, SEEN)), "closed"),
    "outcome_photo": reading(rule((PAGE, SEEN)), "closed"),
    "check_in_return": Row(
        rule((MISSING, STANDS_IN), (PAGE, DECIDERS), (DENIED, CHECK_INS)),
        rule((MISSING, STANDS_IN), (IN, DECIDERS), (DENIED, CHECK_INS)), "check_in",
        _reason, rule((MISSING, STANDS_IN), (PAGE, DECIDERS), (DENIED, CHECK_INS)),
    ),
    "check_in_photo": reading(rule((MISSING, STANDS_IN), (PAGE, CHECK_INS)), "check_in"),
}  # fmt: skip

_TOLD = rule((PAGE, TOLD), anonymous=MISSING)
READING = {
    "notice_detail": Row(_TOLD, METHOD_FOR_ALL, "notice"),
    "notice_read": Row(NO_GET, rule((INVALID, TOLD)), "notice", new_id, rule((PAGE, TOLD))),
    "notice_photo": Row(_TOLD, METHOD_FOR_ALL, "notice"),
    "event_detail": Row(_TOLD, METHOD_FOR_ALL, "event"),
    "event_photo": Row(_TOLD, METHOD_FOR_ALL, "event"),
    "event_sign_up": Row(NO_GET, rule((INVALID, TOLD)), "event", new_id, rule((PAGE, TOLD))),
    "event_cancel": Row(NO_GET, signed_in(MISSING), "event"),
    # Pictures of one's own section; an operator keeps the store in order and sees all.
    "console_media": reading(rule((PAGE, who(STAFF, "own") | who("operator operating_clerk"))), "image"),
}

API = {
    "api:openapi-json": public(PAGE, PAGE),
    "api:api-root": public(MISSING, MISSING),
    "api:task_list": Row(signed_in(PAGE), signed_in(INVALID), json=True),
    # One address, two operations: Ninja names it twice.
    "api:task_create": Row(
        signed_in(PAGE), signed_in(INVALID), "notice", _task, rule((PAGE, CLOSERS)), json=True
    ),
    "api:task_detail": Row(rule((PAGE, SEEN)), METHOD_FOR_ALL, "task", json=True),
    "api:check_in_create": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "task", _word,
        rule((PAGE, STANDS_IN), (INVALID, who(LEADERS, "own")), (PAGE, ASKED)), json=True,
    ),
    "api:check_in_decline": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "task", new_id,
        rule((PAGE, STANDS_IN), (INVALID, who(LEADERS, "own")), (PAGE, ASKED)), json=True,
    ),
    "api:task_close": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "task", _outcome, rule((PAGE, CLOSERS), (DENIED, SEEN)), json=True
    ),
    "api:task_rollup": Row(signed_in(INVALID), METHOD_FOR_ALL, "task", json=True),
    "api:check_in_confirm": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "check_in", lambda thing: {"ids": [str(thing.pk)]},
        rule((MISSING, STANDS_IN), (PAGE, DECIDERS), (DENIED, CHECK_INS)), json=True,
    ),
    "api:check_in_return": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "check_in", _reason,
        rule((MISSING, STANDS_IN), (PAGE, DECIDERS), (DENIED, CHECK_INS)), json=True
    ),
    "api:event_list": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:event_detail": Row(rule((PAGE, TOLD)), METHOD_FOR_ALL, "event", json=True),
    "api:sign_up_create": Row(
        METHOD_FOR_ALL, signed_in(INVALID), "event", new_id, rule((PAGE, TOLD)), json=True
    ),
    "api:sign_up_cancel": Row(METHOD_FOR_ALL, signed_in(MISSING), "event", json=True),
    "api:notice_list": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:notice_read": Row(METHOD_FOR_ALL, signed_in(INVALID), "notice", new_id, rule((PAGE, TOLD)), json=True),
    "api:benefit_list": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:benefit_code": Row(METHOD_FOR_ALL, rule((PAGE, ENTITLED)), "benefit", json=True),
    "api:points": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:inbox": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:sync": Row(signed_in(PAGE), METHOD_FOR_ALL, json=True),
    "api:read": Row(METHOD_FOR_ALL, signed_in(PAGE), "", lambda _thing: {"cursor": ""}, signed_in(PAGE), json=True),
}  # fmt: skip

_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))
_FORM = Row(console((PAGE, who(CLERKS))), console((IN, who(CLERKS))))
_ACT = console((METHOD, who(CLERKS)))


def _row(sort: str) -> Row:
    return Row(console((PAGE, MANAGED)), console((IN, MANAGED)), sort)


CONSOLE = {
    "console_notice_list": _DESK,
    "console_notice_results": _DESK,
    "console_event_list": _DESK,
    "console_event_results": _DESK,
    "console_task_list": _DESK,
    "console_task_results": _DESK,
    "console_task_create": _FORM,
    "console_benefit_list": _DESK,
    "console_package_list": _DESK,
    "console_benefit_create": _FORM,
    "console_package_create": _FORM,
    "console_benefit_edit": _row("benefit"),
    "console_package_edit": _row("package"),
    "console_benefit_state": Row(_ACT, console((PAGE, MANAGED)), "benefit"),
    "console_roster": _FORM,
    "console_roster_detail": Row(console((PAGE, MANAGED)), console((METHOD, who(CLERKS))), "batch"),
    "console_roster_confirm": Row(_ACT, console((PAGE, MANAGED)), "batch"),
    "console_roster_drop": Row(_ACT, console((PAGE, MANAGED)), "batch"),
    "console_roster_undo": Row(_ACT, console((PAGE, MANAGED)), "batch"),
    # There is nothing to download of an import whose rows were all good.
    "console_roster_remarks": Row(console(), console((METHOD, who(CLERKS))), "batch"),
}

# What each app adds lies in a file of its own, `rows_<app>.py`, with ROWS and, if it has commands, COMMANDS.
_PARTS = [import_module(f"tests.permissions.{found.stem}") for found in sorted(Path(__file__).parent.glob("rows_*.py"))]
TABLE: dict[str, Row] = {**PUBLIC, **OWN_PAGES, **TASKS, **READING, **API, **CONSOLE}
for _part in _PARTS:
    TABLE |= _part.ROWS

# Commands of the project, and who is meant to call them; each says so in its help.
COMMANDS = {
    "demo": "make run",
    "import_roster": "an operator, with a file",
    "run_worker": "the service manager",
    "set_staff_password": "an operator, at a terminal",
    "sync_staff": "an operator, and every night",
    "verify_ledger": "an operator, and every night",
}
for _part in _PARTS:
    COMMANDS |= getattr(_part, "COMMANDS", {})
