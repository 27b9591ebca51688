"""A campaign of which everything is in that a result is made of: ballots, answers of households, marks."""

from __future__ import annotations

from dataclasses import dataclass

from events.ballots.models import Ballot, BallotBox, OpinionAnswer, RollCount, RollKind, TurnoutShard
from events.campaigns.models import Campaign, CampaignState, Nomination, StreetQuota
from events.campaigns.services import advance
from tests.campaigns.making import end_phase
from tests.cast import Cast
from tests.panel.making import make_candidate, make_member, make_notice, to_panel, write_marks

ROOT = "cd" * 32
ELECTORATE = 1000


@dataclass
class Told:
    """What is counted for one candidate."""

    name: str
    ballots: int = 0
    steps: tuple[int, ...] = ()
    marks: tuple[int, ...] = (80, 80, 80, 80, 80)


LI, WANG, ZHAO = Told("李好", 100), Told("王好", 200), Told("赵好", 300)


def named(campaign: Campaign, name: str) -> Nomination:
    """A candidate by name."""
    return Nomination.objects.select_related("person", "campaign__unit").get(campaign=campaign, person__name=name)


def make_counted(cast: Cast, *told: Told, places: int = 2, **numbers: int) -> Campaign:
    """The panel has marked, the box is counted; nobody has computed anything yet."""
    campaign = make_notice(cast, (), **({"winners_count": places} | numbers))
    for lot, one in enumerate(told, start=1):
        make_candidate(campaign, one.name, cast.neighbourhood, cast.street, lot=lot)
    for number in range(5):
        make_member(campaign, cast, f"评委{number}")
    campaign = to_panel(campaign)
    StreetQuota.objects.filter(campaign=campaign).update(electorate_count=ELECTORATE)
    box, _is_new = BallotBox.objects.get_or_create(campaign=campaign, defaults={"voter_secret": "x", "root": ROOT})
    for one in told:
        nomination = named(campaign, one.name)
        Ballot.objects.bulk_create(Ballot(box=box, choices=nomination.pk.hex) for _number in range(one.ballots))
        OpinionAnswer.objects.bulk_create(OpinionAnswer(box=box, nomination=nomination.pk, step=s) for s in one.steps)
        write_marks(nomination, list(one.marks))
    return campaign


def to_notice(campaign: Campaign) -> Campaign:
    """On to the winners' notice, by the clock."""
    end_phase(campaign, CampaignState.PANEL)
    campaign = advance(campaign)
    assert campaign.state == CampaignState.WINNERS_NOTICE
    return campaign


def make_result(cast: Cast, *told: Told, places: int = 2, **numbers: int) -> Campaign:
    """A campaign in its winners' notice."""
    return to_notice(make_counted(cast, *(told or (LI, WANG, ZHAO)), places=places, **numbers))


def write_turnout(campaign: Campaign, cast: Cast, here: int, there: int) -> None:
    """So many have voted in the two streets of the cast."""
    box = BallotBox.objects.get(campaign=campaign)
    kind = RollKind.VOTER
    for community, street, count in (
        (cast.community, cast.street, here),
        (cast.far_community, cast.other_street, there),
    ):
        RollCount.objects.update_or_create(
            box=box, community=community, kind=kind, defaults={"street": street, "count": ELECTORATE}
        )
        for shard in (0, 1):
            part = count // 2 + (count % 2 if shard else 0)
            TurnoutShard.objects.create(box=box, community=community, kind=kind, shard=shard, count=part)
