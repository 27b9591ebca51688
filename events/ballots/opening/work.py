"""What the machine does of an opening, step by step, as far as people have let it (opening.py)."""

from __future__ import annotations

import datetime as dt

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox
from events.ballots.opening import custody, emptying, shares
from events.ballots.opening.steps import Halted, Name, halt, is_done, turn
from events.campaigns.models import CampaignState
from foundation import clock, failpoints

RETRY = dt.timedelta(minutes=10)
"""After a fault that is nobody's decision: the database was slow, a field key was missing."""


def _quiet(_name: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def run_opening(box: BallotBox, *, tell: emptying.Tell = _quiet) -> BallotBox:
    """Do whatever can be done now, in order, and return the box as it is then. Safe at any time, by many at once.

    Another process at work is left alone. Raises `Halted` when people have to look, and whatever else went wrong; the
    table says why.
    """
    with turn(box) as mine:
        while mine and (name := next_of(box)):
            _work(box, name, tell)
    return BallotBox.objects.select_related("campaign").get(pk=box.pk)


def next_of(box: BallotBox) -> Name | None:
    """The step that the machine can do now; none while people have to come first, or when all is done.

    While the campaign is suspended everything waits, and of one that was ended nothing is opened any more.
    """
    now = BallotBox.objects.select_related("campaign").get(pk=box.pk)
    if now.closed_at is None or now.campaign.state != CampaignState.COUNTING:
        return None
    if not now.root:
        return Name.ROOT
    if now.opened_at is not None:
        return None if is_done(now, Name.PUBLISH) else Name.PUBLISH
    if shares.is_call_due(now):
        return Name.KEY
    return Name.OPEN if is_done(now, Name.KEY) else None


def _work(box: BallotBox, name: Name, tell: emptying.Tell) -> None:
    found = BallotBox.objects.select_related("campaign__unit", "campaign__rules").get(pk=box.pk)
    failpoints.hit(f"opening.before_{name.value}")
    try:
        _do(found, name, tell)
    except Halted as stopped:
        halt(found, name, str(stopped))
        raise
    except Exception:
        halt(found, name, _("没有做成，什么都没有动。系统过 10 分钟自己再试。"), retry_at=clock.now() + RETRY)
        raise
    failpoints.hit(f"opening.after_{name.value}")


def _do(box: BallotBox, name: Name, tell: emptying.Tell) -> None:
    if name == Name.ROOT:
        emptying.make_root(box, tell)
    elif name == Name.KEY:
        shares.call_custodians(box)
    elif name == Name.OPEN:
        key = _key(box)
        if key is not None and emptying.empty(box, key, tell):
            emptying.sweep()
    else:
        emptying.check_numbers(box, tell)


def _key(box: BallotBox) -> ec.EllipticCurvePrivateKey | None:
    """The key; none where somebody has just paused or ended the campaign, and the shares are gone."""
    try:
        return shares.key_of(box)
    except custody.Broken as broken:
        if next_of(box) != Name.OPEN:
            return None
        raise Halted(_("到场的几份拼不成票箱的钥匙。")) from broken
