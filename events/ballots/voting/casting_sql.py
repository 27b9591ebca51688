"""The statements of casting: whether voting is open, held open until the commit; the envelope and what follows from it.

On PostgreSQL what is written goes in one statement; the plain twin does the same in several, on both databases.
`tests/ballots/test_casting.py` compares what both leave behind.
"""

from __future__ import annotations

import datetime as dt
import secrets
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F

from events.ballots.models import BallotBox, Envelope, EnvelopeState, RollEntry, TurnoutShard
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import is_open
from foundation import clock, statements
from foundation.models import AuditEntry

_HELD_OPEN = (
    "SELECT clock_timestamp() FROM campaigns_campaign AS c "
    "JOIN campaigns_phase AS p ON p.campaign_id = c.id AND p.kind = 'voting' "
    "WHERE c.id = %(campaign)s AND c.state = 'voting' "
    "AND p.starts_at <= clock_timestamp() AND p.ends_at > clock_timestamp() FOR SHARE OF c"
)


def instant_of_voting(campaign: Campaign) -> dt.datetime | None:
    """The instant, if voting is open at it, and until the transaction ends nobody moves the campaign; None if not."""
    if connection.vendor == "postgresql":
        rows = statements.run(_HELD_OPEN, {"campaign": campaign.pk})
        return rows[0][0] if rows else None
    fresh = Campaign.objects.prefetch_related("phases").get(pk=campaign.pk)
    now = clock.now()
    return now if is_open(fresh, CampaignState.VOTING, now) else None


def _lock() -> str:
    return " FOR UPDATE" if connection.vendor == "postgresql" else ""


def stored_box(campaign: Campaign) -> BallotBox | None:
    """The box of a campaign, without what is large or secret in it."""
    values = {"campaign": campaign.pk}
    found = statements.fetch(BallotBox, "WHERE campaign_id = %(campaign)s", values, without=("hashes", "private_key"))
    return found[0][0] if found else None


def held_entry(box_id: int, kind: str, key: str) -> RollEntry | None:
    """The entry with this key, locked: two phones of one voter meet here."""
    where = f"WHERE box_id = %(box)s AND kind = %(kind)s AND voter_key = %(key)s{_lock()}"
    found = statements.fetch(RollEntry, where, {"box": box_id, "kind": str(kind), "key": key})
    return found[0][0] if found else None


def stored_envelope(entry: RollEntry) -> Envelope | None:
    """What lies in the box for an entry that is held, locked against people who decide about it."""
    found = statements.fetch(Envelope, f"WHERE entry_id = %(entry)s{_lock()}", {"entry": entry.pk})
    return found[0][0] if found else None


def write(row: Envelope, entry: RollEntry, stored: Envelope | None, noted: AuditEntry) -> None:
    """The envelope, in place of the stored one; the turnout and the way, unless counted before; the audit entry."""
    if connection.vendor == "postgresql":
        _write_at_once(row, entry, stored, noted)
    else:
        write_plainly(row, entry, stored, noted)


def _shard() -> int:
    return secrets.randbelow(TurnoutShard.SHARDS)


def _channel(row: Envelope) -> str:
    counter = row.sealed_on == Envelope.SealedOn.COUNTER
    return RollEntry.Channel.COUNTER if counter else RollEntry.Channel.PHONE


_REPLACED = (
    "uid", "ciphertext", "sha256", "state", "sealed_on", "cast_at", "device_key", "network_key", "signals",
    "former_uids",
)  # fmt: skip


def write_plainly(row: Envelope, entry: RollEntry, stored: Envelope | None, noted: AuditEntry) -> None:
    """As `write`, one thing after the other."""
    if stored is None:
        row.save(force_insert=True)
    else:
        changed: dict[str, Any] = {name: getattr(row, name) for name in _REPLACED}
        if row.state == EnvelopeState.SEALED:  # no batch speaks of it any more
            changed["batch"] = None
        Envelope.objects.filter(pk=stored.pk).update(**changed, replaced_count=F("replaced_count") + 1)
    if _is_uncounted(entry):
        shard = TurnoutShard.objects.filter(box_id=row.box_id, kind=row.kind, community_id=row.community_id)
        shard.filter(shard=_shard()).update(count=F("count") + 1)
        RollEntry.objects.filter(pk=entry.pk).update(channel=_channel(row))
    noted.save(force_insert=True)


def _is_uncounted(entry: RollEntry) -> bool:
    """Whether the voter is not among those who voted: the first time, and after bringing a paper ballot back."""
    return entry.channel == RollEntry.Channel.NONE


_COLUMNS = {
    "uid": "uuid", "box_id": "bigint", "entry_id": "bigint", "kind": "text", "community_id": "bigint",
    "ciphertext": "bytea", "sha256": "text", "state": "text", "sealed_on": "text", "cast_at": "timestamptz",
    "device_key": "text", "network_key": "text", "signals": "text", "former_uids": "bytea",
}  # fmt: skip


_COUNTED = (
    "counted AS (UPDATE ballots_turnoutshard SET count = count + 1 FROM made WHERE box_id = %(box_id)s "
    "AND kind = %(kind)s AND community_id = %(community_id)s AND shard = %(shard)s::int), "
    "taken AS (UPDATE ballots_rollentry SET channel = %(channel)s FROM made WHERE id = %(entry_id)s), "
)


@cache
def _statement(is_stored: bool, is_counted: bool) -> str:
    if is_stored:
        sets = ", ".join(f"{name} = %({name})s::{_COLUMNS[name]}" for name in _REPLACED)
        envelope = (
            f"UPDATE ballots_envelope SET {sets}, replaced_count = replaced_count + 1, "  # noqa: S608
            "batch_id = CASE WHEN %(state)s = 'sealed' THEN NULL ELSE batch_id END WHERE id = %(stored)s::bigint"
        )
    else:
        names, marks = ", ".join(_COLUMNS), ", ".join(f"%({name})s::{kind}" for name, kind in _COLUMNS.items())
        envelope = f"INSERT INTO ballots_envelope ({names}) VALUES ({marks})"  # noqa: S608
    return (
        f"WITH made AS ({envelope} RETURNING 1), {_COUNTED if is_counted else ''}"  # noqa: S608
        f"noted AS ({statements.audit_clause('made')}) SELECT count(*) FROM made"
    )


def _write_at_once(row: Envelope, entry: RollEntry, stored: Envelope | None, noted: AuditEntry) -> None:
    values = {name: getattr(row, name) for name in _COLUMNS} | statements.audit_values(noted)
    values |= {"entry_id": entry.pk, "stored": stored.pk if stored else None}
    values |= {"shard": _shard(), "channel": _channel(row)}
    statements.run(_statement(stored is not None, _is_uncounted(entry)), values)
