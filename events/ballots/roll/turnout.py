"""How many are on the roll and have voted, by street and community; where the roll grew fast before it was frozen.

Read from counts that casting keeps (`TurnoutShard`) and the freeze wrote (`RollCount`): two queries, however many
envelopes there are. Never who voted, never below twenty, and no total that gives a hidden number away.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, QuerySet, Sum

from events.ballots.models import BallotBox, RollCount, RollEntry, RollKind, TurnoutShard
from events.campaigns.places import names_then
from foundation.actors import Actor
from volunteers.units.models import Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

LATELY = dt.timedelta(days=14)
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Community:
    """One community: how many are on the roll, and how many have voted, None where they are too few to be shown."""

    name: str
    roll: int
    count: int | None

    @property
    def percent(self) -> float | None:
        """Of the roll."""
        return _percent(self.count, self.roll) if self.count is not None else None


@dataclass(frozen=True, slots=True)
class Street:
    """The communities of a street that the reader may see. Its total is over those that are shown."""

    name: str
    communities: list[Community]

    @property
    def shown(self) -> list[Community]:
        """Those with enough to be shown."""
        return [one for one in self.communities if one.count is not None]

    @property
    def roll(self) -> int:
        """On the roll where enough have voted."""
        return sum(one.roll for one in self.shown)

    @property
    def count(self) -> int:
        """Have voted, where enough have."""
        return sum(one.count or 0 for one in self.shown)

    @property
    def percent(self) -> float:
        """Of the roll there."""
        return _percent(self.count, self.roll)


@dataclass(frozen=True, slots=True)
class Place:
    """One community on the published roll: its voters, and its households that are asked."""

    street: str
    community: str
    voters: int
    households: int


def places_of(box: BallotBox) -> list[Place]:
    """The frozen roll as everybody may see it, in the order of the tree, by the names of then."""
    counts: dict[tuple[Unit, Unit], dict[str, int]] = {}
    rows = RollCount.objects.filter(box=box).select_related("street", "community")
    for one in rows.order_by("street__path", "community__path", "kind"):
        counts.setdefault((one.street, one.community), {})[one.kind] = one.count
    names = names_then(box.campaign)

    def called(unit: Unit) -> str:
        return names.get(unit.pk, unit.name)

    return [
        Place(called(street), called(community), found.get(RollKind.VOTER, 0), found.get(RollKind.HOUSEHOLD, 0))
        for (street, community), found in counts.items()
    ]


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _counts(box: BallotBox, user: Actor, right: Right) -> QuerySet[RollCount]:
    """The roll's counts of the communities in which the user has the right, in the order of the tree."""
    rows = RollCount.objects.filter(under(paths_where(user, right), "community__path"), box=box, kind=RollKind.VOTER)
    return rows.select_related("community", "street").order_by("community__path")


def turnout_of(box: BallotBox, user: Actor) -> list[Street]:
    """By street and community, in the order of the tree. Two queries."""
    shards = TurnoutShard.objects.filter(box=box, kind=RollKind.VOTER).order_by()
    voted = dict(shards.values_list("community_id").annotate(n=Sum("count")))
    least = box.campaign.rules.hidden_below
    streets: dict[int, Street] = {}
    for row in _counts(box, user, Right.SEE_TURNOUT):
        count = voted.get(row.community_id) or 0
        found = streets.setdefault(row.street_id, Street(row.street.name, []))
        found.communities.append(Community(row.community.name, row.count, count if count >= least else None))
    return list(streets.values())


@dataclass(frozen=True, slots=True)
class Growth:
    """How much of a community's roll was confirmed in its last two weeks."""

    street: str
    community: str
    roll: int
    lately: int

    @property
    def percent(self) -> float:
        """Of the roll."""
        return _percent(self.lately, self.roll)

    @property
    def is_fast(self) -> bool:
        """More than the settings allow without a second look."""
        return self.percent > settings.BALLOT_GROWTH_PERCENT


def growth_of(box: BallotBox, user: Actor) -> list[Growth]:
    """The communities in which the user keeps the box: what grew fast first, then in the order of the tree."""
    lately = _confirmed_lately(box)
    rows = [
        Growth(row.street.name, row.community.name, row.count, lately.get(row.community_id, 0))
        for row in _counts(box, user, Right.KEEP_BOX)
    ]
    return sorted(rows, key=lambda one: not one.is_fast)


def _confirmed_lately(box: BallotBox) -> dict[int, int]:
    """By community; counted once, since a frozen roll does not change."""
    assert box.roll_frozen_at
    key = f"roll-growth:{box.pk}:{box.roll_frozen_at.isoformat()}"
    found: dict[int, int] | None = cache.get(key)
    if found is None:
        rows = RollEntry.objects.filter(box=box, kind=RollKind.VOTER, bound_at__gt=box.roll_frozen_at - LATELY)
        found = dict(rows.order_by().values_list("community_id").annotate(n=Count("pk")))
        cache.set(key, found, timeout=KEPT_SECONDS)
    return found
