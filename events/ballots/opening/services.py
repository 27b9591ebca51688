"""The opening (rules R12, R14): closed by two persons, its root published, opened by the custodians, emptied, checked.

    CLOSE   two persons, once nothing is left to decide; from then on no envelope changes
    ROOT    the worker publishes the Merkle root of all envelopes
    KEY     the custodians are called, and k of them bring their shares
    OPEN    the worker opens, shuffles and writes all ballots, and destroys every link, in one transaction
    PUBLISH the numbers are checked once more

Every step may be begun again after a crash, by anybody, and is done once.
"""

from __future__ import annotations

from functools import partial

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, BroughtShare, Custodian, Envelope, OpeningStep
from events.ballots.opening import custody, shares
from events.ballots.opening.jobs import open_box
from events.ballots.opening.keys import check_own, share_of, unlocked
from events.ballots.opening.steps import Name, begin, finish, halt, hold_counting, is_done
from events.ballots.opening.work import run_opening
from events.ballots.suspicion.matters import open_matters
from events.campaigns.models import CampaignState
from foundation import audit, clock, failpoints
from foundation.actors import SYSTEM, Actor, is_system
from foundation.errors import Conflict
from volunteers.units.rights import Right, require

log = structlog.get_logger(__name__)
__all__ = ["bring_share", "close_box", "run_opening"]


def _held(box: BallotBox) -> BallotBox:
    """Held against everybody who changes it, not against whoever only points at it with an envelope."""
    rows = BallotBox.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("campaign__unit", "campaign__rules").get(pk=box.pk)


def _go_on(box: BallotBox) -> None:
    """Let the worker do what it can, as soon as this is committed."""
    transaction.on_commit(partial(open_box.enqueue, box.pk))


# -- closing -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def close_box(*, box: BallotBox, acting_user: Actor) -> BallotBox:
    """Propose that the box is closed for good; called by a second person, close it. Closed already is the same answer.

    Who may: RUN_CAMPAIGN, after the vote, once nothing is left to decide. Raises `Denied`, `Conflict`.
    """
    require(acting_user, Right.RUN_CAMPAIGN, box.campaign.unit)
    is_counting, found = hold_counting(box), _held(box)
    if found.closed_at is not None:
        return found
    if connection.vendor == "postgresql":  # whoever is still writing ends first; whoever follows meets the trigger
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Envelope._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    if not is_counting:
        raise Conflict(_("投票结束以后、开始计票才能封箱。"))
    if matters := open_matters(found):
        raise Conflict(" ".join(matters))
    step = begin(found, Name.CLOSE)
    if step.approved_by_id is None and not is_system(acting_user):
        return _propose(found, step, acting_user)
    if step.approved_by_id == acting_user.pk and not is_system(acting_user):
        raise Conflict(_("您已经提出了，请另一位同事来确认。"))
    step.seconded_by = None if is_system(acting_user) else acting_user
    step.save(update_fields=["seconded_by"])
    found.closed_at = clock.now()
    found.save(update_fields=["closed_at"])
    finish(step, 1)
    _note(found, "box.close", acting_user)
    failpoints.hit("opening.close_written")
    _go_on(found)
    return found


def _propose(box: BallotBox, step: OpeningStep, acting_user: Actor) -> BallotBox:
    step.approved_by = acting_user
    step.save(update_fields=["approved_by"])
    _note(box, "box.close_ask", acting_user)
    return box


def _note(box: BallotBox, act: str, acting_user: Actor, **data: object) -> None:
    audit.record(actor=acting_user, act=act, obj=box, unit_id=box.campaign.unit_id, data=dict(data))


# -- the custodians come -----------------------------------------------------------------------------------------------


def bring_share(*, custodian: Custodian, passphrase: str, acting_user: Actor) -> BallotBox:
    """A custodian opens their share; when enough have come the key is tried, and the opening goes on by itself.

    Who may: the custodian, once the root is published. Brought already is the same answer. Raises `Missing`,
    `Conflict`, `Invalid` for a wrong passphrase, `TooMany`.
    """
    check_own(custodian, acting_user)
    box = custodian.box
    if custodian.brought_at is not None or box.opened_at is not None:
        return box
    if not box.root:
        raise Conflict(_("票箱还没有封好、公布指纹，现在还不能打开钥匙。"))
    _refuse_unless(box.campaign.state == CampaignState.COUNTING, box)
    share = share_of(custodian, unlocked(custodian, passphrase))
    if share is None:
        raise Conflict(_("您这里没有这个票箱的钥匙。"))
    with transaction.atomic():
        is_counting, box = hold_counting(box), _held(box)
        _refuse_unless(is_counting, box)
        mine = BroughtShare.objects.filter(custodian=custodian)
        if box.opened_at is None and not is_done(box, Name.KEY) and not mine.exists():
            shares.keep(custodian, share)
            _note(box, "custodian.bring", acting_user, custodian=str(custodian.uid))
            _try_key(box)
        failpoints.hit("opening.key_written")
    return box


def _refuse_unless(is_counting: bool, box: BallotBox) -> None:
    if not is_counting:
        raise Conflict(_("这场评选现在是“%(state)s”，先不开箱。") % {"state": box.campaign.get_state_display()})


def _try_key(box: BallotBox) -> None:
    """With enough shares: that some of them make the key. Under the lock of the box, so that of two last ones one does
    it."""
    came = shares.came(box)
    step = begin(box, Name.KEY, box.threshold)
    OpeningStep.objects.filter(pk=step.pk).update(done_count=came)
    if came < box.threshold:
        return
    try:
        shares.key_of(box)
    except custody.Broken as broken:
        log.error("the shares do not make the key", campaign=str(box.campaign.uid), why=str(broken))
        others = Custodian.objects.filter(box=box, brought__isnull=True).exists()
        more = _("请还没来的保管人也来一位。") if others else _("请叫技术人员。")
        halt(box, Name.KEY, _("到场的几份拼不成票箱的钥匙。") + more)
        return
    finish(step, came)
    _note(box, "box.key_open", SYSTEM, custodians=came)
    _go_on(box)
