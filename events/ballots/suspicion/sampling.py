"""Asking some of those who voted whether they did: a sample that finds votes cast for people who stayed away (R18).

If one ballot in a hundred was cast by somebody else, 299 people asked find one of them with 95 %; 598 for one in two
hundred: n = ceil(ln 0.05 / ln(1 - p)), and never more than there are. Who is asked is drawn by a public seed, the root
of the box and the day of the drawing: for every voter who voted the SHA-256 of `<root> <day> <voter_key>`, those with
the smallest values. Nobody can know it before the root is published, nobody names the day, and whoever holds the roll
can draw it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, RollEntry, RollKind
from events.ballots.suspicion.matters import people_behind
from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from volunteers.people.models import Person
from volunteers.units.rights import Right, require

SURE = 0.95
SHARES = (0.01, 0.005)
"""What shall be found: one in a hundred, one in two hundred."""


def size_of(share: float, population: int | None = None) -> int:
    """How many to ask to find such a share with 95 %: 299 for 0.01, 598 for 0.005; all where there are fewer."""
    wanted = math.ceil(math.log(1 - SURE) / math.log(1 - share))
    return wanted if population is None else min(wanted, population)


def seed_of(root: str, day: dt.date) -> str:
    """The public seed."""
    return f"{root} {day.isoformat()}"


def value_of(seed: str, voter_key: str) -> str:
    """What voters are ordered by."""
    return hashlib.sha256(f"{seed} {voter_key}".encode()).hexdigest()


def draw(seed: str, voter_keys: Iterable[str], count: int) -> list[str]:
    """The keys drawn, in the order of their values; pure, as anybody with the roll can do it again."""
    return heapq.nsmallest(count, voter_keys, key=lambda key: value_of(seed, key))


@dataclass(frozen=True, slots=True)
class Asked:
    """One voter on the list; no name where somebody has moved away since."""

    number: int
    name: str
    community: str
    neighbourhood: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A list to print: of how many it was drawn, by which seed, and who is asked."""

    seed: str
    share: float
    population: int
    asked: list[Asked]


@transaction.atomic
def draw_sample(*, box: BallotBox, share: float, reason: str, acting_user: Actor) -> Sample:
    """Draw the sample of today and name the people on it. On the same day it is the same; every drawing is audited.

    Who may: SEE_AUDIT in the district, with a reason. Raises `Denied`, `Invalid`, `Conflict` before the root of the
    box is published.
    """
    require(acting_user, Right.SEE_AUDIT, box.campaign.unit)
    errors = {} if reason.strip() else {"reason": _("请写一句为什么抽。")}
    if share not in SHARES:
        errors["share"] = _("请选一种。")
    if errors:
        raise Invalid(errors=errors)
    if not box.root:
        raise Conflict(_("票箱指纹公布以后才抽，这样谁也不能先知道抽到谁。"))
    day = clock.today()
    voted = RollEntry.objects.filter(box=box, kind=RollKind.VOTER).exclude(channel=RollEntry.Channel.NONE)
    population, seed = voted.count(), seed_of(box.root, day)
    drawn = draw(seed, voted.values_list("voter_key", flat=True).iterator(), size_of(share, population))
    data = {"share": share, "day": day.isoformat(), "population": population, "asked": len(drawn)}
    unit_id = box.campaign.unit_id
    audit.record(actor=acting_user, act="ballots.sample", obj=box, unit_id=unit_id, reason=reason, data=data)
    return Sample(seed, share, population, _named(box, drawn))


def _named(box: BallotBox, drawn: list[str]) -> list[Asked]:
    """In the order of the tree, so that each community gets its own stretch of the list."""
    rows = RollEntry.objects.filter(box=box, kind=RollKind.VOTER, voter_key__in=drawn)
    entries = list(rows.select_related("community", "neighbourhood").order_by("neighbourhood__path", "voter_key"))
    behind = people_behind(box, entries)
    people = Person.objects.filter(pk__in=[one for found in behind.values() for one in found])
    names = dict(people.values_list("pk", "name"))
    return [
        Asked(number, _name(behind.get(entry.pk, []), names), entry.community.name, entry.neighbourhood.name)
        for number, entry in enumerate(entries, start=1)
    ]


def _name(people: list[int], names: dict[int, str]) -> str:
    return names.get(people[0], "") if people else ""
