"""Who is answered what: what was published of a campaign, for anybody; the command that writes it."""

from __future__ import annotations

from tests.permissions.rules import METHOD_FOR_ALL, PAGE, Row, all_alike, public

ROWS: dict[str, Row] = {
    "campaign_publication": Row(all_alike(PAGE), METHOD_FOR_ALL, "published"),
    "campaign_verifier": public(),
}
COMMANDS = {"publish_campaign": "an operator, to have the files that were published once more"}
