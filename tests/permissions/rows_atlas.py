"""The map: whoever sees roll-ups in the console sees it of their own units; streets and the district draw it."""

from __future__ import annotations

from tests.permissions.rules import CLERKS, DENIED, IN, METHOD, PAGE, Row, console, who

_SEEN = who(CLERKS, "own below")
_DRAWERS = who("street_clerk district_clerk operating_clerk")
_OWN = who("street_clerk district_clerk operating_clerk", "own below")
_WORKERS = who("worker other_worker")
_NO_POST = console((METHOD, who(CLERKS)))


def _act(sort: str) -> Row:
    done = console((DENIED, _WORKERS), (PAGE, _OWN))
    return Row(_NO_POST, done, sort, lambda _thing: {"take": "good"}, done)


ROWS = {
    "console_map": Row(console((PAGE, who(CLERKS))), _NO_POST),
    "console_map_figures": Row(console((PAGE, who(CLERKS))), _NO_POST),
    "console_map_outlines": Row(console((PAGE, who(CLERKS))), _NO_POST),
    "console_map_unit": Row(console((PAGE, _SEEN)), _NO_POST, "place"),
    "console_map_lines": Row(console((PAGE, _SEEN)), _NO_POST, "place"),
    "console_outline_list": Row(
        console((DENIED, _WORKERS), (PAGE, _DRAWERS)), console((DENIED, _WORKERS), (IN, _DRAWERS))
    ),
    "console_outline_detail": Row(console((DENIED, _WORKERS), (PAGE, _OWN)), _NO_POST, "outlines"),
    "console_outline_confirm": _act("outlines"),
    "console_outline_drop": _act("outlines"),
    "console_outline_undo": _act("drawn"),
}
COMMANDS = {"import_outlines": "an operator, with a file"}
