"""One shop less gives an offer, for a while or for good: who else gives it, and what becomes of it then."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from foundation.actors import Actor
from rewards.benefits.models import Benefit, BenefitState, Merchant, MerchantState
from rewards.benefits.offers import say_why_paused, set_benefit_state

_NOTE = 60


def others_giving(benefit: Benefit, merchant: Merchant, *, for_good: bool) -> QuerySet[Merchant]:
    """The other shops that give the same: what one does is done to its own part only, theirs goes on.

    Whoever pauses leaves it to those who are open; whoever ends leaves it to those who come back, too.
    """
    rows = benefit.merchants.exclude(pk=merchant.pk).order_by("pinyin", "pk")
    return rows.partners() if for_good else rows.active()


def note_of(reason: str) -> str:
    """What leaders read of the reason for which a shop is paused."""
    return reason[:_NOTE].strip()


def paused_with(benefit: Benefit, reasons: Sequence[str]) -> bool:
    """Whether it is paused because a shop was, for one of these reasons; what staff paused by itself is not."""
    notes = {note_of(reason) for reason in reasons if reason}
    return benefit.state == BenefitState.PAUSED and benefit.pause_note in notes


def leave_to(benefit: Benefit, others: Sequence[Merchant], *, was: str, acting_user: Actor) -> None:
    """It pauses where all others are paused, and goes on with the first of them; `was` is why the leaving one was."""
    if any(one.is_active for one in others):
        return
    why = note_of(others[0].reason)
    if benefit.state == BenefitState.LIVE:
        set_benefit_state(benefit=benefit, state=BenefitState.PAUSED, reason=why, acting_user=acting_user)
    elif paused_with(benefit, [was]):
        say_why_paused(benefit=benefit, reason=why, acting_user=acting_user)


def reason_of_pause(merchant: Merchant) -> str:
    """Why a shop is paused; nothing while it is open."""
    return merchant.reason if merchant.state == MerchantState.PAUSED else ""
