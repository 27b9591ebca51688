"""What the pages of a result show: winners by street and name, one result opened to its parts, turnout."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Min

from events.ballots.roll.turnout import voted_in
from events.campaigns.models import Campaign, CampaignRules, StreetQuota
from events.campaigns.panel.selectors import counted_marks
from events.results.exact import kept_marks
from events.results.models import Outcome
from foundation.actors import Actor
from volunteers.units.models import Level, Unit


@dataclass(frozen=True, slots=True)
class Winner:
    """One who was chosen, and the community they look after."""

    outcome: Outcome
    community: str


@dataclass(frozen=True, slots=True)
class StreetWinners:
    """The winners of a street by name, and how many places stayed empty."""

    street: Unit
    winners: list[Winner]
    places: int

    @property
    def empty(self) -> int:
        """Places that nobody fills: better none than anybody."""
        return max(0, self.places - len(self.winners))


def winners_by_street(campaign: Campaign, user: Actor) -> list[StreetWinners]:
    """Streets in their order, with those that have places; names by their sound. Three queries."""
    rows = list(Outcome.objects.visible_to(user).filter(campaign=campaign).winners())
    communities = communities_of(rows)
    found: dict[int, list[Winner]] = defaultdict(list)
    for one in rows:
        found[one.nomination.street_id].append(Winner(one, communities[one.pk]))
    quotas = StreetQuota.objects.filter(campaign=campaign, winners_count__gt=0).select_related("street")
    return [
        StreetWinners(one.street, found.get(one.street_id, []), one.winners_count)
        for one in quotas.order_by("street__path")
    ]


def home_of(outcome: Outcome) -> str:
    """The street and community of a winner, as everybody names them."""
    return f"{outcome.nomination.street.name} · {communities_of([outcome])[outcome.pk]}"


def communities_of(outcomes: list[Outcome]) -> dict[uuid.UUID, str]:
    """The community of each, by its key. One query for all."""
    paths = {one.pk: one.nomination.neighbourhood.path_at(Level.COMMUNITY) for one in outcomes}
    names = dict(Unit.objects.filter(path__in=set(paths.values())).values_list("path", "name"))
    return {key: names.get(path, "") for key, path in paths.items()}


@dataclass(frozen=True, slots=True)
class MarkShown:
    """One anonymous mark; the highest and the lowest are struck through."""

    points: int
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """One result with every number that it is made of."""

    outcome: Outcome
    rules: CampaignRules
    marks: list[MarkShown]
    lowest: int | None

    @property
    def opinion_counts(self) -> bool:
        """Whether enough households answered."""
        return self.outcome.opinion_score is not None

    @property
    def weights(self) -> tuple[int, ...]:
        """The weights that are in force here: panel, opinion, ballot."""
        opinion = self.rules.opinion_weight if self.opinion_counts else 0
        return (self.rules.panel_weight, opinion, self.rules.ballot_weight)

    @property
    def whole(self) -> int:
        """What the weights come to: a hundred, or less where the opinion does not count."""
        return sum(self.weights)

    @property
    def marks_sum(self) -> int:
        """The marks that count, added up."""
        return sum(kept_marks(one.points for one in self.marks))


def marks_shown(outcome: Outcome) -> list[MarkShown]:
    """The marks from low to high, without whose they are."""
    rows = counted_marks(outcome.campaign).filter(nomination_id=outcome.pk)
    marks = sorted(rows.values_list("points", flat=True))
    last = len(marks) - 1
    return [MarkShown(points, len(marks) > 1 and number in (0, last)) for number, points in enumerate(marks)]


def lowest_in(outcome: Outcome) -> int | None:
    """The lowest total with which somebody was chosen in the same street; whose it is, nobody is told."""
    street = Outcome.objects.filter(campaign_id=outcome.campaign_id, nomination__street_id=outcome.nomination.street_id)
    found: int | None = street.filter(is_winner=True).aggregate(low=Min("score"))["low"]
    return found


def opened(outcome: Outcome) -> Opened:
    """One result with its parts."""
    return Opened(outcome, outcome.campaign.rules, marks_shown(outcome), lowest_in(outcome))


# -- turnout -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of how many voted; None where that would tell of few."""

    street: Unit | None
    voters: int
    cast: int | None


def turnout_of(campaign: Campaign) -> tuple[Turnout, list[Turnout]]:
    """The whole, and by street in their order. Four small queries, whatever lay in the box."""
    voted = voted_in(campaign)
    cast, hidden, total = voted.cast, voted.hidden_streets, sum(voted.cast.values())
    quotas = StreetQuota.objects.filter(campaign=campaign).select_related("street").order_by("street__path")
    streets = [
        Turnout(one.street, one.electorate_count or 0, None if one.street_id in hidden else cast[one.street_id])
        for one in quotas
    ]
    voters = sum(one.voters for one in streets)
    return Turnout(None, voters, total if total >= voted.below else None), streets
