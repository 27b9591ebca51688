"""What leaves the outbox for the phones: pokes, and the news that somebody's rights have changed."""

from __future__ import annotations

from typing import Any

from foundation import line, outbox
from foundation.line import REVOKE
from foundation.streams import POKE

CHANNEL = "pokes"
KINDS = ("persons", "users", "sessions")


@outbox.handler(POKE)
def send_pokes(payloads: list[dict[str, Any]]) -> None:
    """Merge to one message {stream: highest head}. Sending one twice only makes a phone ask twice."""
    heads: dict[str, int] = {}
    for payload in payloads:
        for stream, head in payload.items():
            heads[stream] = max(head, heads.get(stream, 0))
    line.send(CHANNEL, {"poke": heads})


@outbox.handler(REVOKE)
def send_revocations(payloads: list[dict[str, Any]]) -> None:
    """Tell the socket processes whose rights to ask for again (rule R25)."""
    merged: dict[str, Any] = {kind: sorted({x for p in payloads for x in p.get(kind, ())}) for kind in KINDS}
    merged["everyone"] = any(payload.get("everyone") for payload in payloads)
    line.send(CHANNEL, {"revoke": merged})
