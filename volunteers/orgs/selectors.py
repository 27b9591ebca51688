"""What is missing in the tree of party organisations (应建尽建). Constant numbers of queries in any district."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from volunteers.orgs.models import BUILD_FROM, PARTY_LEVELS, PARTY_MEMBER, SHOULD_HAVE, PartyLevel, PartyLink
from volunteers.units.models import THREE_HEADS, Appointment, Level, Unit
from volunteers.units.querysets import UnitQuerySet, prefixes, under


def should_have(level: str) -> PartyLevel | None:
    """The level of organisation that a unit of this level should have, if any."""
    return SHOULD_HAVE.get(Level(level))


def units_without_party(paths: Iterable[str], *, on: dt.date | None = None) -> UnitQuerySet:
    """Units under the paths that should have an organisation on a day and have none, in the order of the tree.

    One of a higher level than asked, or a joint one that covers the unit, is as good.
    """
    missing = Q(pk__in=[])
    for level, wanted in SHOULD_HAVE.items():
        enough = PARTY_LEVELS[: PARTY_LEVELS.index(wanted) + 1]
        covered = PartyLink.objects.current(on).filter(unit__level=level, org__level__in=enough).values("unit_id")
        missing |= Q(level=level) & ~Q(pk__in=covered)
    return Unit.objects.current(on).filter(missing, under(paths))


def members_under(paths: Iterable[str], *, on: dt.date | None = None) -> dict[str, int]:
    """How many party members are known among the leaders in and below each unit, by path. One query.

    Leaders only: what the roster says of them is all that the system knows, and nobody is asked for more.
    """
    held = Appointment.objects.active(on).of_roles(THREE_HEADS).filter(under(paths, "unit__path"))
    rows = held.filter(person__political_status=PARTY_MEMBER).order_by().values_list("unit__path", "person_id")
    found: dict[str, set[int]] = defaultdict(set)
    for path, person_id in rows:
        for prefix in prefixes(path):
            found[prefix].add(person_id)
    return {path: len(people) for path, people in found.items()}


def paths_to_build(paths: Iterable[str]) -> set[str]:
    """Paths of all units that have members enough for an organisation of their own."""
    return {path for path, count in members_under(paths).items() if count >= BUILD_FROM}


def coverage_gaps(paths: Iterable[str], *, on: dt.date | None = None) -> dict[int, int]:
    """For the map: how many units in and below each one, by its key, should have an organisation and have none.

    Every unit under the paths down to the groups is there, with 0 where nothing is missing. Two queries.
    """
    paths = list(paths)
    counted: dict[str, int] = defaultdict(int)
    for path in units_without_party(paths, on=on).values_list("path", flat=True):
        for prefix in prefixes(path):
            counted[prefix] += 1
    listed = Unit.objects.current(on).filter(under(paths)).exclude(level=Level.NEIGHBOURHOOD)
    return {pk: counted[path] for pk, path in listed.values_list("pk", "path")}
