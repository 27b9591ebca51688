"""What comes round by itself on the ground: the audit trail is sealed, and what is over goes."""

from __future__ import annotations

from foundation import audit_chain
from foundation.periodic import every
from foundation.retention import let_go

_horizon = audit_chain.Horizon()


@every(20)
def seal_audit() -> None:
    """Seal entries that no writer can precede any more."""
    safe = _horizon.advance()
    if safe:
        audit_chain.seal(up_to=safe)


@every(24 * 3600)
def forget() -> None:
    """Every rule of retention once a day; a new worker runs it at its start, which changes nothing."""
    let_go()
