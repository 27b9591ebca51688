"""A campaign whose box is open and whose panel has marked, by rows: all that a publication is made of.

Nothing of it comes from the opening or from a phone, so that a test here says something of the publication alone.
"""

from __future__ import annotations

import hashlib
import random
import uuid

from django.utils import timezone

from events.ballots.merkle import root_of
from events.ballots.models import Ballot, BallotBox, OpinionAnswer, RollCount
from events.ballots.roll.entries import make_box
from events.campaigns.models import Campaign, Mark, Nomination, PanelMember, StreetQuota
from events.results.scoring import compute
from tests.campaigns.making import make_campaign
from tests.cast import SINCE, Cast
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Level, Role, Unit

VOTERS = {"桂花社区": 260, "月桂社区": 140, "石桥社区": 90}
BALLOTS, SPOILT, VOIDED, REPLACED, ANSWERS = 320, 2, 3, 11, 40
MARKS = 5


def make_published(cast: Cast, seed: int = 1, ballots: int = BALLOTS) -> Campaign:
    """In the winners' notice, with its results computed: nine candidates in two streets, three places."""
    rng = random.Random(seed)
    _more_leaders(cast)
    campaign = make_campaign(cast, "approved", winners_count=3, opinion_least=5)
    candidates = _candidates(campaign)
    box = _box(campaign, rng, ballots)
    _ballots(box, candidates, rng, ballots)
    _panel(campaign, candidates, rng)
    Campaign.objects.filter(pk=campaign.pk).update(state="winners_notice")
    campaign = Campaign.objects.select_related("rules", "unit").get(pk=campaign.pk)
    compute(campaign)
    return campaign


def _more_leaders(cast: Cast) -> None:
    """Six more neighbourhoods, two of them in the other street."""
    areas = {cast.group: 4, cast.far_community: 2}
    for parent, count in areas.items():
        for number in range(count):
            parent.refresh_from_db()
            unit = parent.add_child(level=Level.NEIGHBOURHOOD, name=f"9-{number + 1}邻", starts_on=SINCE)
            person = Person.objects.create(name=f"邻长{parent.name[:1]}{number + 1}")
            Appointment.objects.create(person=person, role=Role.NEIGHBOUR_LEADER, unit=unit, starts_on=SINCE)


def _candidates(campaign: Campaign) -> list[Nomination]:
    """Every neighbour leader; the fourth is paused, the fifth was struck while the vote went on."""
    found = []
    held = Appointment.objects.filter(role=Role.NEIGHBOUR_LEADER).select_related("unit").order_by("unit__path")
    for lot, one in enumerate(held, start=1):
        street = Unit.objects.get(path=one.unit.path_at(Level.STREET))
        state = "struck" if lot == 5 else "candidate"
        made = Nomination.objects.create(
            uid=uuid.uuid4(), campaign=campaign, person_id=one.person_id, appointment=one, neighbourhood=one.unit,
            street=street, kind="resident", why="热心", state=state, lot=lot, is_paused=lot == 4, answer="核实过",
        )  # fmt: skip
        found.append(made)
    return found


def _box(campaign: Campaign, rng: random.Random, ballots: int) -> BallotBox:
    """Closed and opened, with the roll counted."""
    box = make_box(campaign)
    for unit in Unit.objects.at(Level.COMMUNITY):
        street = Unit.objects.get(path=unit.path_at(Level.STREET))
        for kind, count in (("voter", VOTERS[unit.name] * ballots // BALLOTS), ("household", 30)):
            RollCount.objects.create(box=box, community=unit, street=street, kind=kind, count=count)
    for quota in StreetQuota.objects.filter(campaign=campaign):
        counts = RollCount.objects.filter(box=box, kind="voter", street=quota.street).values_list("count", flat=True)
        StreetQuota.objects.filter(pk=quota.pk).update(electorate_count=sum(counts))
    counted = ballots + ANSWERS
    hashes = sorted(hashlib.sha256(rng.randbytes(179)).digest() for _ in range(counted + SPOILT))
    now, voters = timezone.now(), sum(one.count for one in box.roll_counts.filter(kind="voter"))
    for name, value in {
        "root": root_of(hashes).hex(), "hashes": b"".join(hashes), "roll_count": voters,
        "roll_hash": "a" * 64, "roll_frozen_at": now, "opened_at": now, "counted_count": counted,
        "spoilt_count": SPOILT, "voided_count": VOIDED, "replaced_count": REPLACED, "public_key": bytes(65),
        "cast_count": counted + SPOILT + VOIDED + REPLACED, "closed_at": now,
    }.items():  # fmt: skip
        setattr(box, name, value)
    box.save()
    return box


def _ballots(box: BallotBox, candidates: list[Nomination], rng: random.Random, count: int) -> None:
    """Up to five names each, one of the ballots blank; answers about all but the last, who has too few to count."""
    rows = []
    for number in range(count):
        chosen = rng.sample(candidates, rng.randint(1, 5) if number else 0)
        rows.append(Ballot(box=box, choices=",".join(sorted(one.pk.hex for one in chosen))))
    Ballot.objects.bulk_create(rows, batch_size=10_000)
    asked = [one for one in candidates[:-1] for _ in range(4 if one is candidates[0] else 5)]
    asked += [candidates[-1]] * (ANSWERS - len(asked))
    OpinionAnswer.objects.bulk_create(
        OpinionAnswer(box=box, nomination=one.pk, step=rng.randint(1, 5)) for one in asked
    )


def _panel(campaign: Campaign, candidates: list[Nomination], rng: random.Random) -> None:
    """Five members; the first is too near to the first candidate and gives no mark."""
    now = timezone.now()
    for number in range(MARKS):
        person = Person.objects.create(name=f"评委{number}")
        member = PanelMember.objects.create(
            campaign=campaign, person=person, title="居民代表", accepted_at=now, declared_at=now
        )
        for one in candidates[1 if number == 0 else 0 :]:
            Mark.objects.create(uid=uuid.uuid4(), member=member, nomination=one, points=rng.randint(60, 99))
