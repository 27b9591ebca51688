"""What pages of events show of people: who is offered for confirmation, what waits for whom, where one has been.

Nobody is put in order by hours or points: by place, then by the sound of the name.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from events.gatherings.models import Attendance, AttendanceState, Event, HoursBatch, How, SignUp, source_key
from events.gatherings.permissions import Reach, can_take_back, reach_at
from events.gatherings.places import below, places_of
from events.gatherings.words import length
from foundation.actors import Actor
from rewards.points.models import Transfer
from volunteers.people.models import Person
from volunteers.people.search import matching
from volunteers.units.models import STAFF, Unit
from volunteers.units.querysets import top_paths
from volunteers.units.rights import Right, grants, paths_where, person_id_of

FOUND = 8


@dataclass(slots=True)
class Row:
    """Somebody on the page of hours: to be ticked, or confirmed already (then with the attendance)."""

    person: Person
    place: Unit | None
    how: str
    ticked: bool
    minutes: int
    attendance: Attendance | None = None
    may_take_back: bool = False

    @property
    def where(self) -> str:
        """Where they belong, in words; empty for a guest from elsewhere."""
        return (self.place.place or self.place.name) if self.place else ""

    @property
    def how_label(self) -> str:
        """In words."""
        return str(How(self.how).label)

    @property
    def length(self) -> str:
        """The minutes, in words."""
        return length(self.minutes)


@dataclass(slots=True)
class Hours:
    """The page of hours of one event, for one who may confirm."""

    offered: list[Row] = field(default_factory=list)
    found: list[Row] = field(default_factory=list)
    confirmed: list[Row] = field(default_factory=list)

    @property
    def ticked(self) -> int:
        """How many the button confirms."""
        return sum(row.ticked for row in [*self.offered, *self.found])


Said = Mapping[uuid.UUID, int | None]
"""Who is ticked on a page that was sent in to look somebody up, with their minutes."""


def hours_of(event: Event, user: Actor, *, said: Said | None = None, words: str = "") -> Hours:
    """Who came, as far as the user may confirm; seven queries however many, and two to look somebody up by name.

    Ticked at first: everybody who signed up or signed in, unless a confirmation has passed them over already.
    """
    reach = reach_at(user, event)
    standing = list(Attendance.objects.filter(event=event).standing().select_related("person", "unit"))
    signed = SignUp.objects.current().filter(event=event).values_list("person_id", flat=True)
    named = set(Person.objects.living().filter(uid__in=list(said or ())).values_list("pk", flat=True))
    known = {row.person_id: row for row in standing}
    wanted = {*known, *signed, *named}
    people = {one.pk: one for one in Person.objects.living().filter(pk__in=wanted)}
    places = places_of(list(people))
    passed = _paths_done([event]).get(event.pk, set())
    page = Hours()
    for key, person in people.items():
        if not reach.covers(key, places[key]):
            continue
        row = _row(event, person, places[key], known.get(key), signed=key in signed)
        if row.attendance and row.attendance.state == AttendanceState.CONFIRMED:
            row.attendance.event = event
            row.may_take_back = can_take_back(user, row.attendance, places[key])
            page.confirmed.append(row)
            continue
        _tick(row, said, is_passed=_is_done(passed, event, [unit.path for unit in places[key]]))
        page.offered.append(row)
    page.found = _found(event, user, reach, words, without=wanted)
    page.offered.sort(key=_in_order)
    page.confirmed.sort(key=_in_order)
    return page


def _row(event: Event, person: Person, places: list[Unit], stored: Attendance | None, *, signed: bool) -> Row:
    how = stored.how if stored else How.STAFF if signed else How.WALK_IN
    place = stored.unit if stored else places[0] if places else None
    return Row(person, place, how, ticked=True, minutes=(stored and stored.minutes) or event.minutes, attendance=stored)


def _tick(row: Row, said: Said | None, *, is_passed: bool) -> None:
    if said is None:
        row.ticked = not is_passed
    else:
        row.ticked = row.person.uid in said
        row.minutes = said.get(row.person.uid) or row.minutes


def _in_order(row: Row) -> tuple[str, str, int]:
    return (row.place.path if row.place else "~", row.person.pinyin, row.person.pk)


def _found(event: Event, user: Actor, reach: Reach, words: str, *, without: Collection[int]) -> list[Row]:
    """People of one's own units who fit what was typed: known persons only, whether they have a phone or not."""
    if not words.strip():
        return []
    near = Person.objects.living().filter(below(paths_where(user, Right.CONFIRM_HOURS), "pk"))
    rows = list(matching(near.exclude(pk__in={*without, reach.own}), words, "").order_by("pinyin", "pk")[:FOUND])
    places = places_of([person.pk for person in rows])
    listed = [_row(event, person, places[person.pk], None, signed=False) for person in rows]
    for row in listed:
        row.ticked = False
    return listed


# -- what waits ------------------------------------------------------------------------------------------------------


def _paths_done(events: Iterable[Event]) -> dict[int, set[str]]:
    """The paths for which each event was confirmed once; one query."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = HoursBatch.objects.filter(event__in=[event.pk for event in events])
    for event_id, path in rows.values_list("event_id", "units__path"):
        if path:
            found[event_id].add(path)
    return found


def _is_done(done: Iterable[str], event: Event, paths: Iterable[str]) -> bool:
    """Whether a confirmation speaks for the whole event, or for every one of these paths."""
    prefixes = tuple(done)
    if not prefixes:
        return False
    listed = list(paths)
    return event.unit.path.startswith(prefixes) or (bool(listed) and all(path.startswith(prefixes) for path in listed))


def waiting_for(user: Actor) -> list[Event]:
    """Events whose hours wait for this user: staff those of their own units, leaders those with people below them.

    Without those that somebody has confirmed for the same people. Two queries.
    """
    held = [grant for grant in grants(user) if grant.allows(Right.CONFIRM_HOURS)]
    staffed = {grant.unit_id for grant in held if grant.role in STAFF}
    led = top_paths(grant.path for grant in held if grant.role not in STAFF)
    if not held:
        return []
    own = person_id_of(user)
    wanted = Q(unit_id__in=staffed) & _somebody(Q(), own)
    if led:
        wanted |= _somebody(below(led, "person_id"), own)
    events = list(Event.objects.taking_hours().filter(wanted).select_related("unit"))
    done = _paths_done(events)
    return [event for event in events if not _is_done(done[event.pk], event, [] if event.unit_id in staffed else led)]


def _somebody(who: Q, own: int) -> Q:
    """Condition: somebody who signed up or signed in is not confirmed yet."""
    confirmed = Attendance.objects.confirmed().filter(event_id=OuterRef("event_id"), person_id=OuterRef("person_id"))
    signed = SignUp.objects.current().filter(who, ~Exists(confirmed), event_id=OuterRef("pk"))
    here = Attendance.objects.filter(who, event_id=OuterRef("pk"), state=AttendanceState.SIGNED_IN)
    return Q(Exists(signed.exclude(person_id=own))) | Q(Exists(here.exclude(person_id=own)))


# -- one's own -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Been:
    """Where one has been: the attendance, and the points that came of it; none when they were taken back."""

    attendance: Attendance
    points: int

    @property
    def event(self) -> Event:
        """The event."""
        return self.attendance.event

    @property
    def length(self) -> str:
        """How long, in words."""
        return length(self.attendance.minutes)


def _with_points(rows: QuerySet[Attendance]) -> list[Been]:
    """Two queries: the rows, and the lines in the ledger that name them as their source."""
    listed = list(rows.select_related("event"))
    keys = {source_key(row.event.uid, row.person_id, row.turn): row for row in listed}
    lines: Any = Transfer.objects.filter(source_key__in=list(keys), reversed_by__isnull=True)
    points = dict(lines.values_list("source_key", "points"))
    return [Been(row, points.get(key, 0)) for key, row in keys.items()]


def been_to(user: Actor, event: Event) -> Been | None:
    """One's own attendance at an event, the newest row; None when there is none."""
    rows = Attendance.objects.of(user).filter(event=event).order_by("-turn")
    return next(iter(_with_points(rows[:1])), None)


def attended_by(user: Actor, *, limit: int = 100) -> list[Been]:
    """Where the user has been, the latest event first; what was taken back stays, with its reason."""
    rows = Attendance.objects.of(user).exclude(state=AttendanceState.SIGNED_IN)
    return _with_points(rows.order_by("-event__starts_at", "-turn")[:limit])
