"""Who is answered what by the addresses of sign-in, of one's own account, and of colleagues' accounts."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.permissions.rules import (
    CLERKS,
    DENIED,
    IN,
    INVALID,
    LOGIN,
    METHOD,
    METHOD_FOR_ALL,
    MISSING,
    PAGE,
    STAFF,
    STAFF_LOGIN,
    Row,
    Rule,
    console,
    public,
    rule,
    signed_in,
    who,
)  # fmt: skip
from tests.permissions.things_accounts import SORTS
from tests.permissions.visitors import ANONYMOUS
from tests.permissions.world import STAFFED_SORTS

STAFFED_SORTS |= SORTS
_numbers = count(1000)
# Only after the password, or within a session of the console, are passkeys talked about.
_IN_CONSOLE = CLERKS
# Signed in, but without a second factor in this session: asked to show again who one is.
_STALE = "worker_without_factor"
_OVER = who(CLERKS, "below") | who("district_clerk operating_clerk", "own")
_SEEN = who(CLERKS, "own below")


def _number(_thing: Any) -> dict[str, Any]:
    return {"phone": f"1549998{next(_numbers)}", "reason": "本人持身份证到窗口办理", "seen": "on"}


def _reason(_thing: Any) -> dict[str, Any]:
    return {"reason": "手机丢了，电话里确认过本人"}


_KEPT = console((PAGE, _OVER), (DENIED, _SEEN))
_METHOD = console((METHOD, who(CLERKS)))
_AT_COUNTER = console((PAGE, _OVER), (DENIED, _SEEN))

_NOT_THEIRS = rule((PAGE, who(_STALE)), (MISSING, who(STAFF)), otherwise=DENIED)

ROWS = {
    "passkey_login_options": public(METHOD, PAGE),
    "passkey_login": public(METHOD, INVALID),
    "passkey_add_options": Row(METHOD_FOR_ALL, Rule(((PAGE, who(_IN_CONSOLE)),), DENIED)),
    "passkey_add": Row(METHOD_FOR_ALL, Rule(((INVALID, who(_IN_CONSOLE)),), DENIED)),
    "staff_recovery": public(STAFF_LOGIN),
    "staff_invitation": public(MISSING, MISSING),
    "register": Row(Rule(((LOGIN, who(ANONYMOUS)),), PAGE), Rule(((LOGIN, who(ANONYMOUS)),), PAGE)),
    "register_code": public(LOGIN, LOGIN),
    "devices": Row(signed_in(PAGE), METHOD_FOR_ALL),
    "device_end_others": Row(METHOD_FOR_ALL, signed_in(PAGE)),
    "device_end": Row(METHOD_FOR_ALL, rule((PAGE, who(_STALE))), "device"),
    "confirm": Row(signed_in(PAGE), signed_in(INVALID)),
    "phone_change": Row(
        rule((DENIED, who("operator")), otherwise=PAGE),
        rule((PAGE, who(_STALE)), (DENIED, who("operator")), otherwise=INVALID),
    ),
    "phone_change_code": Row(signed_in(PAGE), signed_in(PAGE)),
    "passkey_list": Row(rule((PAGE, who(STAFF)), otherwise=DENIED), METHOD_FOR_ALL),
    "passkey_rename": Row(METHOD_FOR_ALL, _NOT_THEIRS, "passkey"),
    "passkey_remove": Row(METHOD_FOR_ALL, _NOT_THEIRS, "passkey"),
    "console_staff_list": Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS)))),
    "console_staff_results": Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS)))),
    "console_staff_account": Row(console((PAGE, _SEEN)), _METHOD, "colleague"),
    "console_staff_invite": Row(_METHOD, _KEPT, "colleague", lambda _t: {}, _KEPT),
    "console_staff_reset": Row(
        _METHOD, console((INVALID, _OVER), (DENIED, _SEEN)), "colleague", _reason, _KEPT
    ),
    "console_staff_reset_decide": Row(_METHOD, console((IN, _OVER), (DENIED, _SEEN)), "colleague"),
    "console_person_phone": Row(
        _AT_COUNTER, console((INVALID, _OVER), (DENIED, _SEEN)), "subject", _number, _AT_COUNTER
    ),
}  # fmt: skip
