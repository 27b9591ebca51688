"""Six months after the award nobody is on a roll any more; what was published and decided stays."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from events.ballots.models import (
    Ballot,
    BallotBox,
    CounterPass,
    Custodian,
    Dispute,
    OpeningStep,
    PaperBallot,
    PaperIssue,
    PaperRun,
    RollEntry,
)
from events.campaigns.models import CampaignState, Transition
from foundation import append_only, clock, retention
from tests.ballots.custodians import open_whole
from tests.ballots.opening_making import filled_box
from tests.cast import Cast, person_of


def _awarded(box: BallotBox, days: int) -> None:
    with append_only.lifted():
        Transition.objects.all().delete()
    Transition.objects.create(
        campaign=box.campaign, from_state=CampaignState.WINNERS_NOTICE, to_state=CampaignState.AWARDED,
        at=clock.now() - dt.timedelta(days=days),
    )  # fmt: skip


@pytest.mark.everywhere
@pytest.mark.django_db(transaction=True)
def test_half_a_year_after_the_award_roll_and_ballots_are_gone(committed_cast: Cast) -> None:
    cast = committed_cast
    box, now = filled_box(cast, 3), clock.now()
    run = PaperRun.objects.create(
        uid=uuid.uuid4(), box=box, community=cast.community, count=1, printed_by=cast.worker, printed_at=now
    )
    PaperBallot.objects.create(run=run, mark_digest="1" * 64, state="spoilt")
    box = open_whole(box)
    entry = RollEntry.objects.order_by("pk")[0]
    common = {"uid": uuid.uuid4(), "entry": entry}
    PaperIssue.objects.create(**common, community=cast.community, issued_by=cast.worker, issued_at=now, returned_at=now)
    Dispute.objects.create(**common, person=person_of(cast.resident), raised_at=now, state="kept", reason="核实过")
    CounterPass.objects.create(
        entry=entry, community=cast.community, code_digest="2" * 64, issued_by=cast.worker, issued_at=now,
        expires_at=now + dt.timedelta(minutes=15),
    )  # fmt: skip
    _awarded(box, 180)
    assert retention.let_go()["ballots"] == 0
    _awarded(box, 190)
    assert retention.let_go()["ballots"] == 10
    for model in (RollEntry, Ballot, PaperBallot, PaperIssue, Dispute, CounterPass):
        assert not model._default_manager.exists(), model
    kept = BallotBox.objects.get()
    assert (kept.root, kept.counted_count, kept.voter_secret) == (box.root, 3, "")
    assert Custodian.objects.exists()
    assert OpeningStep.objects.count() == 5
    assert retention.let_go()["ballots"] == 0


@pytest.mark.django_db
def test_a_campaign_that_was_ended_keeps_no_envelope_that_could_still_be_opened(cast: Cast) -> None:
    box = filled_box(cast, 3)
    Transition.objects.create(
        campaign=box.campaign, from_state=CampaignState.COUNTING, to_state=CampaignState.TERMINATED,
        at=clock.now() - dt.timedelta(days=190),
    )  # fmt: skip
    assert retention.let_go()["ballots"] == 6
    assert BallotBox.objects.get().private_key is None
    assert not Custodian.objects.exclude(share=None).exists()
