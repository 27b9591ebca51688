"""What was not honoured: staff talk to the shop, pause the offer if need be, and close with what was done."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from rewards.benefits.models import Benefit, BenefitState, Merchant, RefusalReport, RefusalState
from rewards.benefits.offers import set_benefit_state
from rewards.merchants import news
from volunteers.units.rights import Right, require


@transaction.atomic
def pause_reported(*, report: RefusalReport, why: str, acting_user: Actor) -> Benefit:
    """Pause what a report is about, at once; leaders and the shops read why, nobody reads who.

    Who may: MANAGE_BENEFITS in the package's unit. Raises `Denied`, `Invalid`, `Conflict` when it does not run.
    """
    benefit = Benefit.objects.select_related("package__unit").get(pk=report.benefit_id)
    set_benefit_state(benefit=benefit, state=BenefitState.PAUSED, reason=why, acting_user=acting_user)
    news.offer_paused(benefit, list(benefit.merchants.partners()), why.strip())
    return benefit


@transaction.atomic
def close_report(
    *, report: RefusalReport, state: RefusalState, merchant: Merchant | None, outcome: str, acting_user: Actor
) -> RefusalReport:
    """Close a report with what was found and done; whoever reported hears it.

    A confirmed one names the shop and counts in its fulfilment rate. Who may: MANAGE_BENEFITS in the package's unit.
    Raises `Denied`, `Invalid`, `Conflict` when somebody else closed it.
    """
    rows = RefusalReport.objects.select_for_update(of=("self",)).select_related("benefit__package__unit")
    found = rows.get(pk=report.pk)
    require(acting_user, Right.MANAGE_BENEFITS, found.benefit.package.unit)
    if found.state != RefusalState.OPEN:
        raise Conflict(_("这一条已经有人办结了。"))
    _check(found, state, merchant, outcome)
    found.state, found.merchant, found.outcome = state, merchant, outcome.strip()[:200]
    found.closed_at, found.closed_by_id = clock.now(), acting_user.pk
    found.save(update_fields=["state", "merchant", "outcome", "closed_at", "closed_by"])
    unit_id = found.benefit.package.unit_id
    audit.record(actor=acting_user, act="refusal.close", obj=found, unit_id=unit_id, data={"state": state.value})
    news.report_closed(found)
    return found


def _check(report: RefusalReport, state: RefusalState, merchant: Merchant | None, outcome: str) -> None:
    errors = {}
    if state == RefusalState.OPEN:
        errors["state"] = _("请选核实的结果。")
    if not outcome.strip():
        errors["outcome"] = _("写一句怎么处理的，反映的人看得到。")
    if merchant is None and state == RefusalState.CONFIRMED:
        errors["merchant"] = _("请选是哪一家。")
    if merchant is not None and not report.benefit.merchants.filter(pk=merchant.pk).exists():
        errors["merchant"] = _("这一家不给这一项。")
    if errors:
        raise Invalid(errors=errors)
