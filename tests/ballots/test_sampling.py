"""The auditor's sample: how many, drawn by a public seed, the same each time, named for the auditor alone."""

from __future__ import annotations

import datetime as dt
import random
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from events.ballots.models import BallotBox
from events.ballots.roll.entries import voter_key
from events.ballots.suspicion.sampling import draw, draw_sample, seed_of, size_of
from foundation.errors import Conflict, Denied, Invalid
from foundation.models import AuditEntry
from tests.ballots.making import Vote, make_vote, make_voter
from tests.cast import Cast, person_of
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]
ROOT, DAY = "ab" * 32, dt.date(2026, 12, 1)
WHY = "审计抽查"


@pytest.fixture
def voters(cast: Cast) -> list[User]:
    return [make_voter(f"投过的人{number}", cast.neighbourhood) for number in range(5)]


@pytest.fixture
def vote(cast: Cast, voters: list[User]) -> Vote:
    made = make_vote(cast)
    for voter in voters:
        made.cast(voter, made.candidates[0])
    BallotBox.objects.update(root=ROOT)
    made.box.refresh_from_db()
    return made


def test_299_find_one_in_a_hundred_and_598_one_in_two_hundred() -> None:
    assert (size_of(0.01), size_of(0.005)) == (299, 598)
    assert size_of(0.01, 40) == 40, "all where there are fewer"


def test_such_a_sample_finds_one_per_cent_in_nineteen_of_twenty_boxes() -> None:
    """2,000 ballots, twenty of them cast by somebody else; drawn by a hundred seeds."""
    voters = [uuid.UUID(int=number).hex for number in range(2_000)]
    stuffed = set(random.Random(7).sample(voters, 20))
    found = sum(bool(stuffed & set(draw(f"seed {number}", voters, 299))) for number in range(100))
    assert found >= 90


def test_anybody_with_the_roll_draws_the_same(vote: Vote) -> None:
    seed = seed_of(ROOT, DAY)
    keys = [f"{number:064x}" for number in range(1_000)]
    assert draw(seed, keys, 30) == draw(seed, reversed(keys), 30)
    assert draw(seed, keys, 30) != draw(seed_of(ROOT, DAY + dt.timedelta(days=1)), keys, 30)
    assert draw(seed, keys, 30) == draw(seed, keys, 60)[:30], "a finer sample only goes on"


def test_only_who_voted_is_on_it_by_name_and_every_drawing_is_audited(vote: Vote, cast: Cast) -> None:
    sample = draw_sample(box=vote.box, share=0.01, reason=WHY, acting_user=cast.district_clerk)
    assert sample.seed == f"{ROOT} {timezone.localdate().isoformat()}"
    assert sample.population == 5
    assert {one.name for one in sample.asked} == {f"投过的人{number}" for number in range(5)}
    assert person_of(cast.resident).name not in str(sample)
    assert sample == draw_sample(box=vote.box, share=0.01, reason=WHY, acting_user=cast.district_clerk)
    noted = AuditEntry.objects.filter(act="ballots.sample")
    assert [(one.reason, one.data["asked"]) for one in noted] == [(WHY, 5)] * 2
    assert voter_key(vote.box, person_of(cast.resident)) not in sample.seed


def test_who_may_and_what_it_takes(vote: Vote, cast: Cast) -> None:
    with pytest.raises(Denied):
        draw_sample(box=vote.box, share=0.01, reason=WHY, acting_user=cast.street_clerk)
    with pytest.raises(Invalid):
        draw_sample(box=vote.box, share=0.01, reason=" ", acting_user=cast.district_clerk)
    vote.box.root = ""
    with pytest.raises(Conflict):
        draw_sample(box=vote.box, share=0.01, reason=WHY, acting_user=cast.district_clerk)


def test_the_list_is_printed_with_empty_columns(vote: Vote, cast: Cast, client_for: ClientFor) -> None:
    auditor = client_for(cast.district_clerk)
    asked = auditor.get("/console/ballots/sampling/").content.decode()
    assert "问 299 位" in asked
    assert "问 598 位" in asked
    assert 'name="day"' not in asked, "nobody looks for a day that suits"
    body = {"share": "0.01", "day": "2026-12-01", "reason": WHY}
    page = auditor.post("/console/ballots/sampling/", body).content.decode()
    assert f"{ROOT} {timezone.localdate().isoformat()}" in page
    assert len(re.findall("投过的人[0-9]", page)) == 5
    assert auditor.post("/console/ballots/sampling/", body | {"reason": ""}).status_code == 422
    assert client_for(cast.street_clerk).get("/console/ballots/sampling/")["Location"] == "/console/"
