"""A merchant that is in: paused, going on, ended; what only it gives goes the same way."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock, line, outbox
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Invalid
from rewards.benefits.models import Benefit, BenefitState, Merchant, MerchantClerk, MerchantState
from rewards.benefits.offers import set_benefit_state
from rewards.merchants import news
from rewards.merchants.leaving import leave_to, note_of, others_giving, paused_with, reason_of_pause
from volunteers.people.models import PhoneReveal
from volunteers.people.quota import take_place
from volunteers.units.rights import Right, person_id_of, require

State = MerchantState
STEPS: dict[str, frozenset[MerchantState]] = {
    State.APPLIED: frozenset(),
    State.ACTIVE: frozenset({State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.ACTIVE, State.ENDED}),
    State.ENDED: frozenset(),
    State.REFUSED: frozenset(),
}


@transaction.atomic
def set_merchant_state(*, merchant: Merchant, state: MerchantState, reason: str = "", acting_user: Actor) -> Merchant:
    """Pause a merchant, let it go on, or end it, and with it what nobody else gives; what paused ones give too waits.

    Who may: MANAGE_BENEFITS in its unit. Raises `Denied`, `Conflict`, `Invalid` for a pause or an end without a reason.
    """
    require(acting_user, Right.MANAGE_BENEFITS, merchant.unit)
    locked = Merchant.objects.select_for_update(of=("self",)).select_related("unit").get(pk=merchant.pk)
    if state not in STEPS[locked.state]:
        raise Conflict
    why, was = reason.strip()[:200], reason_of_pause(locked)
    if state != State.ACTIVE and not why:
        raise Invalid(errors={"reason": _("请写一句为什么，店家看得到。")})
    locked.state, locked.reason = state, why
    if state == State.ENDED:
        locked.ends_on = max(clock.today(), locked.starts_on or clock.today())
    locked.save(update_fields=["state", "reason", "ends_on"])
    _take_offers_along(locked, was)
    audit.record(actor=acting_user, act=f"merchant.{state.value}", obj=locked, unit_id=locked.unit_id, reason=why)
    news.state_changed(locked)
    people = MerchantClerk.objects.active().filter(merchant=locked).values_list("person_id", flat=True)
    outbox.put(line.REVOKE, {"persons": sorted(people)})
    return locked


def _take_offers_along(merchant: Merchant, was: str) -> None:
    """The program does it, since a package may be of a unit above: the shop is not there, whoever promised it."""
    running = Benefit.objects.filter(merchants=merchant, state__in=[BenefitState.LIVE, BenefitState.PAUSED])
    for benefit in running.select_related("package__unit").order_by("pk"):
        others = list(others_giving(benefit, merchant, for_good=merchant.state == State.ENDED))
        if merchant.state == State.ENDED and others:
            leave_to(benefit, others, was=was, acting_user=SYSTEM)
        elif not others and (step := _step(benefit, merchant, was)):
            reason = note_of(merchant.reason) if step != BenefitState.LIVE else ""
            set_benefit_state(benefit=benefit, state=step, reason=reason, acting_user=SYSTEM)


def _step(benefit: Benefit, merchant: Merchant, was: str) -> BenefitState | None:
    """What becomes of an offer that nobody else gives now; it comes back with the first of its paused shops."""
    if merchant.state == State.ENDED:
        return BenefitState.ENDED
    if merchant.state == State.PAUSED:
        return BenefitState.PAUSED if benefit.state == BenefitState.LIVE else None
    waiting = benefit.merchants.filter(state=State.PAUSED).values_list("reason", flat=True)
    return BenefitState.LIVE if paused_with(benefit, [was, *waiting]) else None


@transaction.atomic
def open_contact(*, merchant: Merchant, acting_user: Actor) -> str:
    """The contact's number in clear, written down and counted with all others that somebody opens in a day.

    Who may: MANAGE_BENEFITS in the merchant's unit. Raises `Denied`, `TooMany`, `Conflict` when there is none.
    """
    require(acting_user, Right.MANAGE_BENEFITS, merchant.unit)
    me, why = person_id_of(acting_user), _("联系商家")
    take_place(me)
    person = merchant.contact
    if person is None or not person.phone_encrypted:
        raise Conflict(_("没有登记联系人的手机号。"))
    row = PhoneReveal(person=person, by_id=me, unit_id=merchant.unit_id, why=why, at=clock.now())
    row.save(force_insert=True)
    audit.record(actor=acting_user, act="phone.reveal", obj=person, unit_id=merchant.unit_id, reason=why)
    return person.phone
