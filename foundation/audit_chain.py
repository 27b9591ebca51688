"""The chain over the audit trail: who changes, adds or removes a sealed entry is found out (rule R38).

Entries are sealed in batches by the worker, since a chain inside the request would make all writers wait for each
other. A seal's root is SHA-256 over the root before, the bounds of the batch and the full hash of every entry. The
newest root goes to the log with each seal: kept off the machine, it shows even a chain that was made anew from end to
end.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import structlog
from django.db import connection, transaction
from django.db.models import Max

from foundation.models import AuditEntry, AuditSeal

log = structlog.get_logger(__name__)

BATCH = 1_000
MARK = 8
GENESIS = "0" * 64
PURGED = "audit.let_go"
"""The act of the entry that says up to which seal entries were let go; its `data` holds `seq`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong: with which entry or seal, and what."""

    entry_id: int
    seal: int
    what: str

    def __str__(self) -> str:
        where = f"entry {self.entry_id}" if self.entry_id else f"seal {self.seal}"
        return f"{where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: how much was compared, the newest root, and the first fault, if any."""

    entries: int
    seals: int
    unsealed: int
    head: str
    fault: Fault | None = None


def digest(row: AuditEntry) -> bytes:
    """SHA-256 of one entry: every column, in a canonical form."""
    at = row.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    told = [row.pk, at, row.actor_id, row.act, row.object_type, row.object_id, row.unit_id, row.result, row.reason]
    told += [row.request_id, row.address, row.data]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()).digest()


def root_of(previous: str, first_id: int, last_id: int, digests: Iterable[bytes]) -> str:
    """The root of a batch, bound to the one before."""
    chain = hashlib.sha256(f"{previous}|{first_id}|{last_id}|".encode())
    for one in digests:
        chain.update(one)
    return chain.hexdigest()


def seal(*, up_to: int, batch: int = BATCH) -> list[AuditSeal]:
    """Seal what follows the newest seal, up to an id below which nothing is still under way; full and rest batches."""
    made: list[AuditSeal] = []
    while True:
        with transaction.atomic():
            last = AuditSeal.objects.order_by("-seq").first()
            after = last.last_id if last else 0
            rows = list(AuditEntry.objects.filter(pk__gt=after, pk__lte=up_to).order_by("pk")[:batch])
            if not rows:
                return made
            made.append(_next_seal(last, rows))
        log.info("audit sealed", seq=made[-1].seq, last_id=made[-1].last_id, root=made[-1].root)


def _next_seal(last: AuditSeal | None, rows: list[AuditEntry]) -> AuditSeal:
    """One link; of two sealers at once the constraint on `previous` lets one through."""
    previous = last.root if last else GENESIS
    first_id = last.last_id + 1 if last else 1  # gaps of rolled-back writers belong to the batch
    digests = [digest(row) for row in rows]
    one = AuditSeal(
        seq=last.seq + 1 if last else 1,
        first_id=first_id,
        last_id=rows[-1].pk,
        count=len(rows),
        marks=b"".join(part[:MARK] for part in digests),
        root=root_of(previous, first_id, rows[-1].pk, digests),
        previous=previous,
    )
    one.save(force_insert=True)
    return one


class Horizon:
    """Up to which id no writer can be under way any more.

    An id is taken before its row is visible, and rows become visible in another order than their ids. So a highest id
    is noted, then the next transaction number, and the id is safe once every transaction below that number is over.
    """

    def __init__(self) -> None:
        self._noted = 0
        self._until = 0

    def advance(self) -> int:
        """Look once; returns the highest safe id that this look brought, 0 when none."""
        newest = AuditEntry.objects.aggregate(top=Max("pk"))["top"] or 0
        if connection.vendor != "postgresql":
            return newest
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint "
                "FROM pg_current_snapshot() s"
            )
            oldest, following = cursor.fetchone()
        if self._noted and not self._until:
            self._until = following
        if self._until and oldest >= self._until:
            safe, self._noted, self._until = self._noted, newest, 0
            return safe
        if not self._noted:
            self._noted = newest
        return 0


def verify(*, head: str = "", batch: int = 50) -> Verdict:
    """Recompute the chain from its beginning. `head` is a root that was kept elsewhere; it must be in the chain."""
    entries = seals = 0
    previous, last_id, heads = GENESIS, 0, {GENESIS}
    released = _released()
    for one in AuditSeal.objects.order_by("seq").iterator(chunk_size=batch):
        if fault := _link_fault(one, seals + 1, previous, last_id):
            return Verdict(entries, seals, 0, previous, fault)
        if one.seq > released:
            rows = list(AuditEntry.objects.filter(pk__gte=one.first_id, pk__lte=one.last_id).order_by("pk"))
            if fault := _batch_fault(one, rows):
                return Verdict(entries, seals, 0, previous, fault)
            entries += len(rows)
        seals, previous, last_id = seals + 1, one.root, one.last_id
        heads.add(one.root)
    unsealed = AuditEntry.objects.filter(pk__gt=last_id).count()
    missing = Fault(0, seals, "the root kept elsewhere is not in the chain") if head and head not in heads else None
    return Verdict(entries, seals, unsealed, previous, missing)


def _link_fault(one: AuditSeal, seq: int, previous: str, last_id: int) -> Fault | None:
    if one.seq != seq or one.previous != previous or one.first_id != last_id + 1:
        return Fault(0, one.seq, "does not follow the seal before")
    if len(bytes(one.marks)) != one.count * MARK:
        return Fault(0, one.seq, "marks and count differ")
    return None


def _batch_fault(one: AuditSeal, rows: list[AuditEntry]) -> Fault | None:
    """The first entry of a batch that is not as it was sealed."""
    digests = [digest(row) for row in rows]
    marks = bytes(one.marks)
    same = root_of(one.previous, one.first_id, one.last_id, digests) == one.root and len(rows) == one.count
    if same and marks == b"".join(part[:MARK] for part in digests):
        return None
    for place, row in enumerate([] if same else rows):
        if digests[place][:MARK] != marks[place * MARK : (place + 1) * MARK]:
            return Fault(row.pk, one.seq, _what(place, row, digests, marks, len(rows) - one.count))
    if len(rows) < one.count:
        return Fault(one.last_id, one.seq, "missing from the end of its batch")
    return Fault(0, one.seq, "the seal itself was changed")


def _what(place: int, row: AuditEntry, digests: list[bytes], marks: bytes, surplus: int) -> str:
    if surplus > 0:
        return "was added after sealing"
    if surplus < 0 and digests[place][:MARK] in set(_pieces(marks)):
        return "an entry before it is missing"
    return "was changed after sealing"


def _pieces(marks: bytes) -> Iterator[bytes]:
    return (marks[start : start + MARK] for start in range(0, len(marks), MARK))


def _released() -> int:
    """Up to which seal entries were let go by retention, as the trail itself says; 0 when none were."""
    row = AuditEntry.objects.filter(act=PURGED).order_by("-pk").first()
    return int(row.data.get("seq", 0)) if row else 0
