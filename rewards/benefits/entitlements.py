"""Who has a benefit: claimed by role, never by points; beyond its places one waits in line."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Missing
from rewards.benefits.models import Benefit, BenefitState, Entitlement, EntitlementState
from rewards.benefits.selectors import grant_for


def _taken(benefit: Benefit) -> int:
    return (
        Entitlement.objects.filter(benefit=benefit)
        .exclude(state__in=[EntitlementState.WAITING, EntitlementState.REVOKED])
        .count()
    )


@transaction.atomic
def claim(*, benefit: Benefit, acting_user: Actor) -> Entitlement:
    """Open one's right to a benefit; beyond its places one waits in line. Claiming again gives the same row.

    Who may: whoever holds a role that the benefit names, in or below the package's unit. Raises `Missing`, `Conflict`.
    """
    grant = grant_for(acting_user, benefit)
    if grant is None or acting_user.person_id is None:
        raise Missing
    if benefit.state != BenefitState.LIVE or not benefit.starts_on <= clock.today() <= benefit.ends_on:
        raise Conflict(_("这一项现在用不了。"))
    if stored := Entitlement.objects.filter(benefit=benefit, person_id=acting_user.person_id).first():
        return stored
    Benefit.objects.select_for_update().get(pk=benefit.pk)
    full = benefit.places is not None and _taken(benefit) >= benefit.places
    state = EntitlementState.WAITING if full else EntitlementState.CLAIMED
    made, new = Entitlement.objects.get_or_create(
        benefit=benefit,
        person_id=acting_user.person_id,
        defaults={"unit_id": grant.unit_id, "state": state},
    )
    if new:
        audit.record(actor=acting_user, act="benefit.claim", obj=made, unit_id=grant.unit_id, data={"state": state})
    return made
