"""How many are on the roll and have voted, by street and community; where the roll grew fast before it was frozen.

Read from counts that casting keeps (`TurnoutShard`) and the freeze wrote (`RollCount`): a few queries, however many
envelopes there are. Never who voted, never below twenty. Everybody reads the whole and the streets once there is a
result, so no community is shown that would give a hidden one away when it is taken from those.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, QuerySet, Sum

from events.ballots.models import BallotBox, RollCount, RollEntry, RollKind, TurnoutShard
from events.campaigns.models import Campaign, StreetQuota
from events.campaigns.places import names_then
from foundation.actors import Actor
from volunteers.units.models import Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

LATELY = dt.timedelta(days=14)
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Community:
    """One community: how many are on the roll, and how many have voted, None where it is not shown."""

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
        """Those that are told."""
        return [one for one in self.communities if one.count is not None]

    @property
    def roll(self) -> int:
        """On the roll where it is told how many have voted."""
        return sum(one.roll for one in self.shown)

    @property
    def count(self) -> int:
        """Have voted, where it is told."""
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


def hide_small(counts: dict[int, int], below: int) -> set[int]:
    """Which of some counts must not be shown: the small ones, and as many of the next larger until those hidden are
    several and come to as many as may be shown.

    Otherwise what is left out could be taken from the sum. Of none nothing can be learned: it hides as well.
    """
    hidden = {key for key, count in counts.items() if count < below}
    larger = sorted((key for key in counts if key not in hidden), key=lambda key: (counts[key], key))
    while hidden and larger and (len(hidden) == 1 or sum(counts[key] for key in hidden) < below):
        hidden.add(larger.pop(0))
    return hidden


@dataclass(frozen=True, slots=True)
class Voted:
    """How many have voted, by community and street, and what must not be shown of it, here and in the result."""

    below: int
    by_community: dict[int, int]
    by_street: dict[int, dict[int, int]]

    @property
    def cast(self) -> dict[int, int]:
        """By street."""
        return {street: sum(counts.values()) for street, counts in self.by_street.items()}

    @property
    def hidden_streets(self) -> set[int]:
        """Those whose number the result leaves out."""
        return hide_small(self.cast, self.below)

    @property
    def hidden_communities(self) -> set[int]:
        """Those whose number nobody reads. What is left out of a street that is told, and of all that are not told
        together, could be taken from the sum: each of these hides on its own.
        """
        hidden = self.hidden_streets
        sums = [counts for street, counts in self.by_street.items() if street not in hidden]
        sums.append({key: count for street in hidden for key, count in self.by_street[street].items()})
        small = {key for key, count in self.by_community.items() if count < self.below}
        return small.union(*(hide_small(counts, self.below) for counts in sums))


def voted_in(campaign: Campaign) -> Voted:
    """How many have voted, as it is now, in the streets of a campaign. Three queries."""
    of_voters = {"box_id": campaign.pk, "kind": RollKind.VOTER}
    shards = TurnoutShard.objects.filter(**of_voters).order_by()
    counted = dict(shards.values_list("community_id").annotate(n=Sum("count")))
    streets = StreetQuota.objects.filter(campaign=campaign).order_by().values_list("street_id", flat=True)
    voted = Voted(campaign.rules.hidden_below, {}, {street: {} for street in streets})
    for community, street in RollCount.objects.filter(**of_voters).values_list("community_id", "street_id"):
        voted.by_community[community] = counted.get(community) or 0
        if street in voted.by_street:
            voted.by_street[street][community] = voted.by_community[community]
    return voted


def turnout_of(box: BallotBox, user: Actor) -> list[Street]:
    """By street and community, in the order of the tree; the same is hidden from everybody. Four queries."""
    voted = voted_in(box.campaign)
    hidden = voted.hidden_communities
    streets: dict[int, Street] = {}
    for row in _counts(box, user, Right.SEE_TURNOUT):
        count = None if row.community_id in hidden else voted.by_community[row.community_id]
        found = streets.setdefault(row.street_id, Street(row.street.name, []))
        found.communities.append(Community(row.community.name, row.count, count))
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
