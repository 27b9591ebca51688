"""The opening in the background: put into the queue when it can go on, and found again after a crash."""

from __future__ import annotations

import structlog
from django.utils.translation import gettext as _
from django_tasks import task

from events.ballots.models import BallotBox, OpeningStep
from events.ballots.opening.steps import Halted, Name, is_done, turn
from events.ballots.opening.work import run_opening
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import gate
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
    """Boxes whose opening was begun, on which nobody works, and which wait for no person."""
    stopped = OpeningStep.objects.exclude(fault="").values("box_id")
    done = OpeningStep.objects.filter(name=Name.PUBLISH, done_at__isnull=False).values("box_id")
    for box in BallotBox.objects.filter(closed_at__isnull=False).exclude(pk__in=stopped).exclude(pk__in=done):
        if box.root and not is_done(box, Name.KEY):
            continue
        with turn(box) as nobody_works:
            pass
        if nobody_works:
            open_box.enqueue(box.pk)


@gate(CampaignState.PANEL)
def box_is_open(campaign: Campaign) -> str:
    """The panel begins when the box is open and its numbers are checked."""
    box = BallotBox.objects.filter(campaign=campaign).first()
    return "" if box is not None and is_done(box, Name.PUBLISH) else _("票箱还没有打开。")
