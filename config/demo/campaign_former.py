"""Last year's campaign: counted, marked, awarded and published, so that its result can be opened and recounted."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import tempfile
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from config.demo.campaign_ground import (
    DAY,
    Plan,
    found_campaign,
    nominate_all,
    pick_leaders,
    rules_for,
    slots_around,
    streets_of,
    vet_all,
    write_history,
)
from config.demo.campaign_stories import WHYS
from config.demo.campaign_votes import STEPS, Voters
from config.demo.people import BATCH, Ground
from config.demo.timeline import Timeline
from config.demo.when import Calendar
from events.ballots.merkle import root_of
from events.ballots.models import Ballot, BallotBox, OpeningStep, OpinionAnswer, RollCount, RollKind, TurnoutShard
from events.ballots.roll.entries import make_box
from events.campaigns.models import Campaign, CampaignState, Mark, Nomination, PanelMember, StreetQuota, Transition
from events.campaigns.nominees.lots import draw_lots
from events.results.publishing import publish
from events.results.scoring import compute
from events.results.services import KIND, certificate_id
from rewards.honours.models import Certificate, CertificateKind, CertificateState
from rewards.honours.numbers import new_number
from volunteers.units.models import Level, Unit

MEMBERS, SPOILT, VOIDED, REPLACED = 5, 2, 4, 61
VOTERS_A_COMMUNITY, TURNOUT = (34, 62), 0.52


def load_former_campaign(
    timeline: Timeline, ground: Ground, calendar: Calendar, plan: Plan, rng: random.Random
) -> Campaign:
    """Every number of it is drawn, and then counted as any other: the same scoring, the same publication."""
    streets = streets_of(ground)
    rules = rules_for(plan, streets, ground.users["district"])
    slots = slots_around(rules, CampaignState.VOTING, calendar.ahead(-388, 9))
    campaign = found_campaign(ground, plan, rules, slots)
    held = pick_leaders(campaign, streets, plan.a_street, skip=2)
    candidates = nominate_all(campaign, held, plan.stories, WHYS[::-1], rng)
    vet_all(campaign, candidates, rng)
    draw_lots(campaign)
    box = _box(campaign, rng)
    _opened(box, candidates, rng)
    _panel(campaign, candidates, ground, rng)
    _award(campaign)
    compute(campaign)
    _certificates(campaign)
    noticed = campaign.phases.get(kind=CampaignState.WINNERS_NOTICE).starts_at
    timeline.add(noticed, partial(_publish, campaign))
    return campaign


def _box(campaign: Campaign, rng: random.Random) -> BallotBox:
    """The roll in numbers; who was on it is gone, as the rules want."""
    box, voters = make_box(campaign), dict.fromkeys(campaign.quotas.values_list("street_id", flat=True), 0)
    rows = []
    streets = {one.path: one.pk for one in Unit.objects.at(Level.STREET)}
    for community in Unit.objects.at(Level.COMMUNITY).under(campaign.unit).order_by("path"):
        street = streets[community.path_at(Level.STREET)]
        count = rng.randint(*VOTERS_A_COMMUNITY)
        voters[street] += count
        for kind, n in ((RollKind.VOTER, count), (RollKind.HOUSEHOLD, 12)):
            rows.append(RollCount(box=box, community=community, street_id=street, kind=kind, count=n))
    RollCount.objects.bulk_create(rows, batch_size=BATCH)
    for street, count in voters.items():
        StreetQuota.objects.filter(campaign=campaign, street=street).update(electorate_count=count)
    box.roll_count, box.roll_hash = sum(voters.values()), hashlib.sha256(rng.randbytes(32)).hexdigest()
    return box


def _opened(box: BallotBox, candidates: Sequence[Nomination], rng: random.Random) -> None:
    """Ballots and answers, and a box that says as much."""
    voters = Voters(candidates, rng)
    came = [
        (one, round(one.count * TURNOUT))
        for one in RollCount.objects.filter(box=box, kind=RollKind.VOTER).order_by("community__path")
    ]
    ballots = [
        Ballot(box=box, choices=",".join(sorted({name.hex for name in voters.choose(one.street_id)})))
        for one, count in came
        for _number in range(count)
    ]
    TurnoutShard.objects.bulk_create(
        TurnoutShard(box=box, kind=RollKind.VOTER, community_id=one.community_id, shard=0, count=count)
        for one, count in came
    )
    opinions = [
        OpinionAnswer(box=box, nomination=one.pk, step=rng.choice(STEPS))
        for one in candidates
        for _number in range(rng.choice((3, 6, 7, 8, 9, 11)))
    ]
    Ballot.objects.bulk_create(ballots, batch_size=BATCH)
    OpinionAnswer.objects.bulk_create(opinions, batch_size=BATCH)
    phases = {one.kind: one for one in box.campaign.phases.all()}
    counted = len(ballots) + len(opinions)
    hashes = sorted(rng.randbytes(32) for _number in range(counted + SPOILT))
    box.public_key = b"\4" + rng.randbytes(64)
    box.roll_frozen_at = phases[CampaignState.VOTING].starts_at
    box.closed_at = phases[CampaignState.COUNTING].starts_at
    box.opened_at = phases[CampaignState.COUNTING].starts_at + DAY
    box.counted_count, box.spoilt_count, box.voided_count, box.replaced_count = counted, SPOILT, VOIDED, REPLACED
    box.cast_count = counted + SPOILT + VOIDED + REPLACED
    box.hashes, box.root = b"".join(hashes), root_of(hashes).hex()
    box.save()
    _steps(box)


def _steps(box: BallotBox) -> None:
    """Every step of the opening lies behind."""
    names = list(OpeningStep.Name)
    ends = (box.closed_at, box.closed_at, *[box.opened_at] * (len(names) - 2))
    by = {"approved_by": box.campaign.made_by, "seconded_by": box.campaign.approved_by}
    OpeningStep.objects.bulk_create(
        OpeningStep(
            box=box, name=name, begun_at=end, done_at=end, done_count=box.cast_count, total_count=box.cast_count,
            **(by if name == OpeningStep.Name.CLOSE else {}),
        )
        for name, end in zip(names, ends, strict=True)
    )  # fmt: skip


def _panel(campaign: Campaign, candidates: Sequence[Nomination], ground: Ground, rng: random.Random) -> None:
    """Five residents; the first keeps out of one candidate's marks."""
    at = campaign.phases.get(kind=CampaignState.PANEL).starts_at
    members = PanelMember.objects.bulk_create(
        PanelMember(campaign=campaign, person=one, title="居民代表", accepted_at=at, declared_at=at)
        for one in ground.residents[40 : 40 + MEMBERS]
    )
    Mark.objects.bulk_create(
        (
            Mark(uid=uuid.uuid4(), member=member, nomination=one, points=rng.randint(72, 98), at=at + DAY)
            for number, member in enumerate(members)
            for one in (candidates[1:] if number == 0 else candidates)
        ),
        batch_size=BATCH,
    )


def _award(campaign: Campaign) -> None:
    """The history up to the award, a day after the winners' notice."""
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.AWARDED)
    campaign.refresh_from_db()
    write_history(campaign, CampaignState.WINNERS_NOTICE)
    Transition.objects.create(
        campaign=campaign, from_state=CampaignState.WINNERS_NOTICE, to_state=CampaignState.AWARDED,
        by=campaign.made_by, reason="公示期满，没有异议", at=_awarded_at(campaign),
    )  # fmt: skip


def _awarded_at(campaign: Campaign) -> dt.datetime:
    return campaign.phases.get(kind=CampaignState.WINNERS_NOTICE).ends_at + DAY


def _certificates(campaign: Campaign) -> None:
    """One for every winner, as the award gives them."""
    words = "您照应邻里，被大家评选为最美邻长，特此表彰。"
    at, kind = _awarded_at(campaign), CertificateKind.objects.create(name=KIND, words=words)
    winners = Nomination.objects.filter(outcome__campaign=campaign, outcome__is_winner=True).order_by("pk")
    Certificate.objects.bulk_create(
        Certificate(
            id=certificate_id(one), number=new_number(), kind=kind, person_id=one.person_id, unit=campaign.unit,
            title=kind.name, text=kind.words, dated_on=at.date(), state=CertificateState.ISSUED, at=at, decided_at=at,
            fingerprint="0" * 64,
        )
        for one in winners
    )  # fmt: skip


def _publish(campaign: Campaign) -> None:
    with tempfile.TemporaryDirectory() as folder:
        publish(campaign, Path(folder))
