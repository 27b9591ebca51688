"""Which streams reach a person, and what is in them: derived by the server, never named by the phone (threat T40).

A unit's stream reaches everybody appointed or living there or below. An entry with roles reaches those of them who
hold one of the roles at the stream's unit or below it. A person's own stream reaches that person, whatever the roles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from foundation.models import Notification, Stream
from foundation.streams import person_key, unit_key
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.inbox.models import ReadMark
from volunteers.units.models import Appointment, Unit
from volunteers.units.querysets import prefixes

RETENTION = dt.timedelta(days=settings.RETENTION_DAYS["notifications"])
PAGE = 200
SHOWN = 30
MOST_UNREAD = 99
RESIDENT = "resident"
"""Besides the roles of appointments, an entry may name the residents."""

Streams = dict[str, frozenset[str]]
"""The streams of one person, each with the roles that the person holds at its unit or below."""


def streams_of(person_ids: Iterable[int]) -> dict[int, Streams]:
    """The streams of many people, today; three queries however many."""
    people = set(person_ids)
    held: list[tuple[int, str, str]] = list(
        Appointment.objects.active().filter(person_id__in=people).values_list("person_id", "role", "unit__path")
    )
    homes = Resident.objects.living().filter(person_id__in=people).values_list("person_id", "neighbourhood__path")
    held += [(person_id, RESIDENT, path) for person_id, path in homes]
    paths = {prefix for _person, _role, path in held for prefix in prefixes(path)}
    unit_ids = dict(Unit.objects.filter(path__in=paths).values_list("path", "id")) if paths else {}
    found: dict[int, dict[str, set[str]]] = {person_id: {person_key(person_id): set()} for person_id in people}
    for person_id, role, path in held:
        found[person_id][person_key(person_id)].add(role)
        for prefix in prefixes(path):
            if prefix in unit_ids:
                found[person_id].setdefault(unit_key(unit_ids[prefix]), set()).add(role)
    return {
        person_id: {key: frozenset(roles) for key, roles in streams.items()} for person_id, streams in found.items()
    }


def streams_for(user: Any) -> Streams:
    """The streams of the person behind a user; none for anonymous, inactive and person-less users."""
    person_id = getattr(user, "person_id", None)
    if not person_id or not getattr(user, "is_active", False):
        return {}
    return streams_of([person_id])[person_id]


def heads_of(keys: Iterable[str]) -> dict[str, int]:
    """The last number of each stream, 0 where nothing was ever published."""
    wanted = list(keys)
    return dict.fromkeys(wanted, 0) | dict(Stream.objects.filter(key__in=wanted).values_list("key", "head"))


def reaches(entry: Notification, streams: Streams) -> bool:
    """Whether an entry is for somebody with these streams."""
    held = streams.get(entry.stream_key)
    if held is None:
        return False
    return not entry.roles or entry.stream_key.startswith("p:") or not held.isdisjoint(entry.roles)


@dataclass(slots=True)
class Sync:
    """What follows a phone's cursors. `heads` are the cursors to keep once `events` are shown."""

    heads: dict[str, int]
    events: list[dict[str, Any]] = field(default_factory=list)
    reset: list[str] = field(default_factory=list)
    more: bool = False
    unread: int = 0
    epoch: int = 0


def event_of(entry: Notification) -> dict[str, Any]:
    """An entry as the phone gets it."""
    shown = {part: entry.payload.get(part, "") for part in ("title", "body", "url", "icon")}
    return {
        "stream": entry.stream_key,
        "seq": entry.seq,
        "kind": entry.kind,
        **shown,
        "at": entry.created_at.isoformat(),
        "ref": entry.ref,
    }


def sync(user: User, cursors: Mapping[str, int]) -> Sync:
    """Everything after the cursors, in order, at most 200 entries a call; at most six queries.

    Streams that are not the user's are ignored. A cursor before what is kept (90 days), or beyond the head, resets
    its stream: the phone takes the head and loads its page afresh. A stream without a cursor gives its head only.
    """
    streams = streams_for(user)
    answer = Sync(heads=heads_of(streams), epoch=user.auth_epoch)
    asked = {key: seq for key, seq in cursors.items() if key in streams}
    answer.reset = [key for key, seq in asked.items() if not 0 <= seq <= answer.heads[key]]
    behind = {key: seq for key, seq in asked.items() if 0 <= seq < answer.heads[key]}
    answer.unread = _unread(user, streams, answer.heads)
    if behind:
        _follow(answer, behind, streams)
    return answer


def _after(cursors: Mapping[str, int]) -> Q:
    condition = Q(pk__in=[])
    for key, seq in cursors.items():
        condition |= Q(stream_key=key, seq__gt=seq)
    return condition


def _follow(answer: Sync, behind: dict[str, int], streams: Streams) -> None:
    kept = Notification.objects.filter(_after(behind), created_at__gte=timezone.now() - RETENTION)
    # Inside a stream ids rise with the numbers: both are handed out under the lock of the stream's row.
    rows = list(kept.order_by("id")[: PAGE + 1])
    answer.more, rows = len(rows) > PAGE, rows[:PAGE]
    taken: dict[str, int] = {}
    lost: set[str] = set()
    for entry in rows:
        key = entry.stream_key
        if key not in taken and entry.seq != behind[key] + 1:
            lost.add(key)  # numbers have no holes, so what followed the cursor is no longer kept
        taken[key] = entry.seq
        if key not in lost and reaches(entry, streams):
            answer.events.append(event_of(entry))
    if not answer.more:
        lost |= behind.keys() - taken.keys()
    answer.reset += sorted(lost)
    for key in behind.keys() - lost:
        complete = behind[key] if answer.more else answer.heads[key]
        answer.heads[key] = max(complete, taken.get(key, 0))


def _unread(user: User, streams: Streams, heads: Mapping[str, int]) -> int:
    """How many entries are unread, 99 at most. What is older than the account is not news."""
    marks = marks_of(user)
    news = {key: marks.get(key, 0) for key, head in heads.items() if head > marks.get(key, 0)}
    if not news:
        return 0
    since = max(user.joined_at, timezone.now() - RETENTION)
    rows = Notification.objects.filter(_after(news), created_at__gte=since).only("stream_key", "roles")
    return min(MOST_UNREAD, sum(reaches(entry, streams) for entry in rows.order_by("-id")[: 3 * MOST_UNREAD]))


def marks_of(user: User) -> dict[str, int]:
    """Up to which number the user has read each stream."""
    return dict(ReadMark.objects.filter(user_id=user.pk).values_list("stream_key", "seq"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the inbox page."""

    kind: str
    title: str
    body: str
    url: str
    icon: str
    at: dt.datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of the inbox, newest first; `older` is where the next one begins, `cursor` what this one has shown."""

    entries: list[Entry]
    older: str
    cursor: str


def inbox(user: User, before: tuple[str, int] | None = None) -> InboxPage:
    """What reached the person, newest first, 30 a page; a fixed number of queries."""
    streams = streams_for(user)
    marks = marks_of(user)
    heads = heads_of(streams)
    rows = Notification.objects.filter(stream_key__in=streams, created_at__gte=timezone.now() - RETENTION)
    if before and before[0] in streams:
        rows = rows.filter(id__lt=Notification.objects.filter(stream_key=before[0], seq=before[1]).values("id")[:1])
    looked_at = list(rows.order_by("-id")[: 4 * SHOWN])
    mine = [entry for entry in looked_at if reaches(entry, streams)]
    shown = mine[:SHOWN]
    last = shown[-1] if len(mine) > SHOWN else (looked_at[-1] if len(looked_at) == 4 * SHOWN else None)
    return InboxPage(
        entries=[_entry(entry, marks, user.joined_at) for entry in shown],
        older=f"{last.stream_key}:{last.seq}" if last else "",
        cursor=cursors_text(heads),
    )


def _entry(entry: Notification, marks: Mapping[str, int], joined_at: dt.datetime) -> Entry:
    new = entry.seq > marks.get(entry.stream_key, 0) and entry.created_at >= joined_at
    part = entry.payload.get
    return Entry(
        kind=entry.kind,
        title=part("title", ""),
        body=part("body", ""),
        url=part("url", ""),
        icon=part("icon", "") or "bell",
        at=entry.created_at,
        is_new=new,
    )


def cursors_text(cursors: Mapping[str, int]) -> str:
    """Cursors as they travel: `u:3:17,p:5:2`."""
    return ",".join(f"{key}:{seq}" for key, seq in cursors.items())


def cursors_from(text: str) -> dict[str, int]:
    """Read cursors; whatever is malformed is left out. Twice the same stream: the lower number, so nothing is lost."""
    found: dict[str, int] = {}
    for part in text[:8000].split(","):
        key, _colon, number = part.strip().rpartition(":")
        if key and len(key) <= 40 and number.isascii() and number.isdecimal() and len(number) <= 18:
            found[key] = min(int(number), found.get(key, int(number)))
    return found
