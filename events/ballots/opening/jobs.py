"""The opening in the background: put into the queue when it can go on, and found again after a crash."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django_tasks import task

from events.ballots.models import BallotBox, OpeningStep
from events.ballots.opening import emptying, shares
from events.ballots.opening.keys import destroy_keys
from events.ballots.opening.steps import Halted, Name, is_done, turn
from events.ballots.opening.work import next_of, run_opening
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import entering, gate
from foundation import clock
from foundation.periodic import every

log = structlog.get_logger(__name__)


@task()
def open_box(campaign_id: int) -> None:
    """Do what can be done for a box now; what stops it is written in its table."""
    box = BallotBox.objects.filter(pk=campaign_id).first()
    if box is None:
        return
    try:
        run_opening(box)
    except Halted as stopped:
        log.error("the opening has stopped", campaign_id=campaign_id, why=str(stopped))


@every(30)
def go_on_after_a_crash() -> None:
    """Boxes on which the machine could go on and nobody works; where it stopped, not before it is to be tried again."""
    stopped = OpeningStep.objects.exclude(fault="").filter(Q(retry_at=None) | Q(retry_at__gt=clock.now()))
    done = OpeningStep.objects.filter(name=Name.PUBLISH, done_at__isnull=False)
    closed = BallotBox.objects.filter(closed_at__isnull=False, campaign__state=CampaignState.COUNTING)
    for box in closed.exclude(pk__in=stopped.values("box_id")).exclude(pk__in=done.values("box_id")):
        if next_of(box) is None:
            continue
        with turn(box) as nobody_works:
            pass
        if nobody_works:
            open_box.enqueue(box.pk)


@task()
def clear_away() -> None:
    """What was let go does not wait in the files of the database."""
    emptying.sweep()


@entering(CampaignState.SUSPENDED)
def let_shares_go(campaign: Campaign) -> None:
    """Nobody knows how long a pause lasts: what custodians have brought goes, and they are called again after it."""
    box = BallotBox.objects.filter(campaign=campaign, closed_at__isnull=False, opened_at__isnull=True).first()
    if box is not None:
        shares.let_go(box)
        transaction.on_commit(clear_away.enqueue)


@entering(CampaignState.TERMINATED)
def let_keys_go(campaign: Campaign) -> None:
    """Nothing of an ended campaign is opened any more, by anybody."""
    box = BallotBox.objects.filter(campaign=campaign).first()
    if box is not None:
        destroy_keys(box)
        transaction.on_commit(clear_away.enqueue)


@gate(CampaignState.PANEL)
def box_is_open(campaign: Campaign) -> str:
    """The panel begins when the box is open and its numbers are checked."""
    box = BallotBox.objects.filter(campaign=campaign).first()
    return "" if box is not None and is_done(box, Name.PUBLISH) else _("票箱还没有打开。")
