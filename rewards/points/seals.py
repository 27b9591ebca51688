"""The seal of a day: a tree over the day's lines, and a link to the day before (docs/operators.md says how to redo it).

The tree is the one of foundation/merkle.py. The lines of a day lie in the order of instant and id. A line's bytes are
those of PostgreSQL's binary COPY: the number of columns, then each column with its length.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from foundation import clock, merkle
from rewards.points.models import Transfer
from rewards.points.seal_models import LedgerSeal

log = structlog.get_logger(__name__)

GENESIS = "0" * 64
COLUMNS = (
    "id", "from_account_id", "to_account_id", "points", "rule", "quantity", "version_number", "reason", "source_key",
    "unit_id", "reverses_id", "actor_id", "by_staff", "at",
)  # fmt: skip
_WIDTHS = {"points": ">q", "quantity": ">h", "version_number": ">i"}
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_HEADER, _TRAILER = b"PGCOPY\n\xff\r\n\0", b"\xff\xff"
_HEADER_LENGTH = 19
GRACE = dt.timedelta(minutes=20)
"""After midnight: longer than any statement may run, so that whatever began before it has its transaction number."""


# -- bytes, leaves, trees ----------------------------------------------------------------------------------------------


def _packed(name: str, value: Any) -> bytes:
    if isinstance(value, uuid.UUID):
        return value.bytes
    if isinstance(value, bool):
        return b"\1" if value else b"\0"
    if isinstance(value, dt.datetime):
        return struct.pack(">q", (value - _EPOCH) // _MICROSECOND)
    if isinstance(value, str):
        return value.encode()
    return struct.pack(_WIDTHS.get(name, ">q"), value)


def line_bytes(row: Iterable[Any]) -> bytes:
    """One line from its values in the order of `COLUMNS`, as PostgreSQL's binary COPY writes it."""
    parts = [struct.pack(">h", len(COLUMNS))]
    for name, value in zip(COLUMNS, row, strict=True):
        if value is None:
            parts.append(b"\xff\xff\xff\xff")
            continue
        body = _packed(name, value)
        parts += [struct.pack(">i", len(body)), body]
    return b"".join(parts)


def link_of(day: dt.date, count: int, root: str, previous: str) -> str:
    """What binds a day to all days before."""
    return hashlib.sha256(f"{day.isoformat()}|{count}|{root}|{previous}".encode()).hexdigest()


def bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The day where the district is: from its midnight to the next."""
    zone = timezone.get_default_timezone()
    first = dt.datetime.combine(day, dt.time(), zone)
    return first, dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)


def leaves_of(day: dt.date) -> list[bytes]:
    """The leaves of a day's lines in their order."""
    return [merkle.leaf_of(line) for line in _lines(*bounds(day))]


def _lines(since: dt.datetime, until: dt.datetime) -> Iterator[bytes]:
    if connection.vendor != "postgresql":
        rows = Transfer.objects.filter(at__gte=since, at__lt=until).order_by("at", "id")
        yield from (line_bytes(row) for row in rows.values_list(*COLUMNS).iterator(chunk_size=5_000))
        return
    connection.ensure_connection()
    statement = (
        f"COPY (SELECT {', '.join(COLUMNS)} FROM points_transfer "  # noqa: S608
        "WHERE at >= %s AND at < %s ORDER BY at, id) TO STDOUT (FORMAT BINARY)"
    )
    with connection.connection.cursor() as cursor, cursor.copy(statement, (since, until)) as copied:
        for piece in copied:
            line = bytes(piece)
            if line.startswith(_HEADER):
                line = line[_HEADER_LENGTH:]
            if line and line != _TRAILER:
                yield line


# -- making seals ------------------------------------------------------------------------------------------------------


def day_of(moment: dt.datetime) -> dt.date:
    """On which day of the district an instant lies."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def _first_day() -> dt.date | None:
    first = Transfer.objects.order_by("at").values_list("at", flat=True).first()
    return day_of(first) if first else None


def seal_days(*, before: dt.date) -> list[LedgerSeal]:
    """Seal every day that follows the newest seal and lies before a day, on which nothing is written any more."""
    made: list[LedgerSeal] = []
    while True:
        with transaction.atomic():
            last = LedgerSeal.objects.order_by("-day").first()
            day = last.day + dt.timedelta(days=1) if last else _first_day()
            if day is None or day >= before:
                return made
            made.append(_seal(day, last.link if last else GENESIS))
        log.info("ledger sealed", day=day.isoformat(), count=made[-1].count, root=made[-1].root, link=made[-1].link)


def _seal(day: dt.date, previous: str) -> LedgerSeal:
    """One day; of two sealers at once the primary key lets one through."""
    leaves = leaves_of(day)
    root = merkle.root_of(leaves).hex()
    one = LedgerSeal(
        day=day, count=len(leaves), root=root, previous=previous, link=link_of(day, len(leaves), root, previous)
    )
    one.save(force_insert=True)
    return one


class Midnight:
    """Up to which day no writer can be under way any more.

    A line carries the instant at which its statement began and becomes visible later. So some time after midnight the
    next transaction number is noted, and the day is over for good once every transaction below that number has ended.
    """

    def __init__(self) -> None:
        self._day: dt.date | None = None
        self._until = 0

    def passed(self) -> dt.date | None:
        """Look once: the day before which all days are settled; None when this cannot be said yet."""
        day = day_of(clock.now() - GRACE)
        if connection.vendor != "postgresql":
            return day
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint "
                "FROM pg_current_snapshot() s"
            )
            oldest, following = cursor.fetchone()
        if self._day != day:
            self._day, self._until = day, following
        return day if oldest >= self._until else None


# -- checking seals ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SealFault:
    """What is wrong with a day."""

    day: dt.date
    what: str

    def __str__(self) -> str:
        return f"day {self.day}: {self.what}"


def check_seals(*, link: str = "") -> Iterator[SealFault]:
    """Every day whose lines are not as they were sealed. `link` was kept elsewhere; it must be in the chain."""
    previous, expected, links = GENESIS, None, {GENESIS}
    for one in LedgerSeal.objects.order_by("day"):
        if expected is None and (first := _first_day()) and first < one.day:
            yield SealFault(first, "has lines from before the first seal")
        if expected is not None and one.day != expected:
            yield SealFault(expected, "its seal is missing")
        if one.previous != previous or one.link != link_of(one.day, one.count, one.root, one.previous):
            yield SealFault(one.day, "the seal does not follow the one before, or was changed")
        if what := _difference(one):
            yield SealFault(one.day, what)
        previous, expected = one.link, one.day + dt.timedelta(days=1)
        links.add(one.link)
    if link and link not in links:
        yield SealFault(clock.today(), "the link kept elsewhere is not in the chain")


def _difference(one: LedgerSeal) -> str:
    leaves = leaves_of(one.day)
    if len(leaves) != one.count:
        return f"{one.count} lines were sealed, {len(leaves)} are there"
    if merkle.root_of(leaves).hex() != one.root:
        return "a line was changed after sealing"
    return ""
