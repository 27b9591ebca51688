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
_NOTE = 60


@transaction.atomic
def set_merchant_state(*, merchant: Merchant, state: MerchantState, reason: str = "", acting_user: Actor) -> Merchant:
    """Pause a merchant, let it go on, or end it; offers that only it gives are paused, resumed or ended with it.

    Who may: MANAGE_BENEFITS in its unit. Raises `Denied`, `Conflict`, `Invalid` for a pause or an end without a reason.
    """
    require(acting_user, Right.MANAGE_BENEFITS, merchant.unit)
    locked = Merchant.objects.select_for_update(of=("self",)).select_related("unit").get(pk=merchant.pk)
    if state not in STEPS[locked.state]:
        raise Conflict
    why, was = reason.strip()[:200], locked.reason
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
    offers = Benefit.objects.filter(merchants=merchant).select_related("package__unit").order_by("pk")
    alone = [one for one in offers if not one.merchants.active().exclude(pk=merchant.pk).exists()]
    if merchant.state == State.PAUSED:
        wanted = [(one, merchant.reason) for one in alone if one.state == BenefitState.LIVE]
        step = BenefitState.PAUSED
    elif merchant.state == State.ACTIVE:
        paused_with_it = [o for o in alone if o.state == BenefitState.PAUSED and o.pause_note == was[:_NOTE]]
        wanted, step = [(one, "") for one in paused_with_it], BenefitState.LIVE
    else:
        running = {BenefitState.LIVE, BenefitState.PAUSED}
        wanted, step = [(one, merchant.reason) for one in alone if one.state in running], BenefitState.ENDED
    for benefit, reason in wanted:
        set_benefit_state(benefit=benefit, state=step, reason=reason[:_NOTE], acting_user=SYSTEM)


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
