"""Paper that does not go into the box: unused, it is spoilt; keyed once or not alike, two people put it aside.

What was keyed and cannot be keyed to the end, lost between the two readings or one more than was handed out, would
keep the box from being closed. Two people put it aside, with a reason, and what was read of it is deleted.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from events.ballots.models import PaperBallot, PaperRun
from events.ballots.paper.runs import locked_ballot, locked_box
from events.campaigns.models import Campaign
from foundation import audit
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from volunteers.units.rights import Right, require

State = PaperBallot.State


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(errors={"reason": _("写一句为什么。")})


# -- unused --------------------------------------------------------------------------------------------------------


@transaction.atomic
def spoil_run(*, run: PaperRun, reason: str, acting_user: Actor) -> int:
    """Spoil what is left of a run, unused; how many. Who may: KEY_BALLOTS there. Raises `Denied`, `Invalid`."""
    require(acting_user, Right.KEY_BALLOTS, run.community)
    _require_reason(reason)
    count = run.ballots.filter(state=State.PRINTED).update(state=State.SPOILT, reason=reason)
    data = {"count": count}
    audit.record(actor=acting_user, act="paper.spoil_run", obj=run, unit_id=run.community_id, reason=reason, data=data)
    return count


@transaction.atomic
def spoil_ballot(*, campaign: Campaign, mark: str, reason: str, acting_user: Actor) -> PaperBallot:
    """Take a ballot out of use by its mark: unused, it is spoilt; keyed, it is asked for as by `ask_aside`.

    Who may: KEY_BALLOTS there, until the box is closed. Raises `Invalid`, `Conflict`.
    """
    _require_reason(reason)
    ballot = locked_ballot(locked_box(campaign), mark, acting_user)
    if ballot.is_half_keyed:
        return ask_aside(ballot=ballot, reason=reason, acting_user=acting_user)
    if ballot.state != State.PRINTED:
        raise Conflict(_("这张票现在是“%(state)s”，不用再作废。") % {"state": ballot.get_state_display()})
    _spoil(ballot, reason)
    audit.record(actor=acting_user, act="paper.spoil", obj=ballot, unit_id=ballot.run.community_id, reason=reason)
    return ballot


def _spoil(ballot: PaperBallot, reason: str) -> None:
    ballot.state, ballot.reason = State.SPOILT, reason
    ballot.save(update_fields=["state", "reason"])


def bring_back(ballot: PaperBallot) -> None:
    """The paper itself is back from who had been handed it, locked by the caller; spoilt meanwhile or not.

    Raises `Conflict` for one that was keyed, or that was brought back before.
    """
    if ballot.is_returned or ballot.state not in {State.PRINTED, State.SPOILT, State.ASIDE}:
        state = _("已交回") if ballot.is_returned else ballot.get_state_display()
        raise Conflict(_("这张票现在是“%(state)s”，不能再当作没用的交回。") % {"state": state})
    if ballot.state == State.PRINTED:
        _spoil(ballot, _("没有用，交回"))
    ballot.is_returned = True
    ballot.save(update_fields=["is_returned"])


# -- keyed, but not to the end -------------------------------------------------------------------------------------


@transaction.atomic
def ask_aside(*, ballot: PaperBallot, reason: str, acting_user: Actor) -> PaperBallot:
    """The first of two people asks for a ballot to be put aside, and says why. Asked again, it is the newer reason.

    Who may: KEY_BALLOTS there, until the box is closed. Raises `Denied`, `Invalid`, `Conflict`, also when a colleague
    has asked for it already.
    """
    _require_reason(reason)
    held = _half_keyed(ballot, acting_user)
    if held.aside_asked_by_id not in {None, acting_user.pk}:
        raise Conflict(_("另一位同事已经提出来了，您看过同意就行。"))
    held.aside_asked_by_id, held.reason = acting_user.pk, reason
    held.save(update_fields=["aside_asked_by", "reason"])
    audit.record(actor=acting_user, act="paper.ask_aside", obj=held, unit_id=held.run.community_id, reason=reason)
    return held


@transaction.atomic
def agree_aside(*, ballot: PaperBallot, acting_user: Actor) -> PaperBallot:
    """The second agrees: the ballot is aside, and what was read of it is deleted. Who agreed may say so again.

    Who may: KEY_BALLOTS there, until the box is closed, but not who asked. Raises `Denied`, `Conflict`.
    """
    if PaperBallot.objects.filter(pk=ballot.pk, aside_by=acting_user.pk).exists():
        return ballot
    held = _half_keyed(ballot, acting_user)
    if held.aside_asked_by_id is None:
        raise Conflict(_("还没有人提出把这张票另外收好。"))
    if held.aside_asked_by_id == acting_user.pk:
        raise Denied(_("提出的人不能自己同意，请另一位同事来看。"))
    held.state, held.aside_by_id = State.ASIDE, acting_user.pk
    held.save(update_fields=["state", "aside_by"])
    held.keyings.all().delete()
    audit.record(actor=acting_user, act="paper.aside", obj=held, unit_id=held.run.community_id, reason=held.reason)
    return held


def _half_keyed(ballot: PaperBallot, acting_user: Actor) -> PaperBallot:
    """The ballot, locked after its box, as keying does."""
    require(acting_user, Right.KEY_BALLOTS, ballot.run.community)
    locked_box(ballot.run.box.campaign)
    rows = PaperBallot.objects.select_for_update(of=("self",)).select_related("run__community")
    held = rows.get(pk=ballot.pk)
    if not held.is_half_keyed:
        raise Conflict(_("这张票现在是“%(state)s”，不用另外收好。") % {"state": held.get_state_display()})
    return held
