"""Who is answered what: the reports of rewards; and who calls the commands of the books."""

from __future__ import annotations

from tests.permissions.rules import Row

ROWS: dict[str, Row] = {}
COMMANDS = {
    "grant_app_role": "an operator, as the role that owns the tables",
    "ledger_seals": "an operator, every day",
}
