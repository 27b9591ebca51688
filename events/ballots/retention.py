"""Six months after the award, or after a campaign was ended without one, its roll and ballots go (domain.md section 6).

The published files, the turnout, who kept a key and who decided what stay.
"""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction

from events.ballots.models import (
    Ballot,
    BallotBox,
    CounterPass,
    Dispute,
    Envelope,
    OpinionAnswer,
    PaperBallot,
    PaperIssue,
    PaperKeying,
    RollEntry,
)
from events.ballots.opening.keys import destroy_keys
from events.campaigns.models import CampaignState, Transition
from foundation.append_only import purge
from foundation.retention import retention


def _over(before: dt.datetime) -> models.QuerySet[BallotBox]:
    ends = Transition.objects.filter(to_state__in=[CampaignState.AWARDED, CampaignState.TERMINATED], at__lt=before)
    return BallotBox.objects.filter(campaign__in=ends.values("campaign_id")).exclude(voter_secret="")


@retention("ballots")
def forget_ballots(before: dt.datetime) -> int:
    """Whoever was on the roll, and what lay in the box; as the owner of the tables. Raises `NotOwner`."""
    return sum(_forget(box) for box in _over(before))


@transaction.atomic
def _forget(box: BallotBox) -> int:
    """What points at the roll first, then the roll, then the guarded ballots; last the secret that named the voters."""
    PaperBallot.objects.filter(run__box=box).update(envelope=None)
    gone = 0
    for rows in (
        PaperKeying.objects.filter(ballot__run__box=box),
        PaperBallot.objects.filter(run__box=box),
        PaperIssue.objects.filter(entry__box=box),
        CounterPass.objects.filter(entry__box=box),
        Dispute.objects.filter(entry__box=box),
        Envelope.objects.filter(box=box),
        RollEntry.objects.filter(box=box),
    ):
        gone += rows._raw_delete(rows.db)
    gone += purge(Ballot.objects.filter(box=box)) + purge(OpinionAnswer.objects.filter(box=box))
    destroy_keys(box)
    BallotBox.objects.filter(pk=box.pk).update(voter_secret="")
    return gone
