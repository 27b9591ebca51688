"""Who is answered what: the list of imports. The import itself is in the table."""

from __future__ import annotations

from tests.permissions.rows_units import EXPORT
from tests.permissions.rules import CLERKS, METHOD, PAGE, Row, console, who

_DESK = Row(console((PAGE, who(CLERKS))), console((METHOD, who(CLERKS))))

ROWS: dict[str, Row] = {
    "console_import_list": _DESK,
    "console_import_results": _DESK,
    "console_import_export": EXPORT,
}
