"""Who is answered what: the reports of rewards; and who calls the commands of the books."""

from __future__ import annotations

from typing import Any

from tests.permissions.rules import CLERKS, METHOD, PAGE, Row, console, who

_REPORT = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))


def _as_csv(_thing: Any) -> dict[str, Any]:
    return {"format": "csv"}


_FILE = Row(
    console((METHOD, who(CLERKS))), console((PAGE, who(CLERKS))), "", _as_csv, console((PAGE, who(CLERKS)))
)  # fmt: skip
_NAMES = ("console_reward_points", "console_reward_promises", "console_reward_costs")
ROWS: dict[str, Row] = dict.fromkeys(_NAMES, _REPORT) | {f"{name}_export": _FILE for name in _NAMES}
COMMANDS = {
    "grant_app_role": "an operator, as the role that owns the tables",
    "ledger_seals": "an operator, every day",
}
