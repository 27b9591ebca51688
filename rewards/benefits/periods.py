"""How often something can be used: uses are counted anew in each period of a benefit that renews."""

from __future__ import annotations

import datetime as dt

from foundation import clock
from rewards.benefits.models import Benefit, Entitlement, EntitlementState, Renewal

_MONTHS = {Renewal.MONTH: 1, Renewal.QUARTER: 3, Renewal.YEAR: 12}


def period_start(benefit: Benefit, day: dt.date | None = None) -> dt.date | None:
    """First day of the period in which a day lies, today when none is given; None when nothing renews."""
    months = _MONTHS.get(Renewal(benefit.renews))
    if months is None:
        return None
    on = day or clock.today()
    return on.replace(month=months * ((on.month - 1) // months) + 1, day=1)


def used_now(benefit: Benefit, entitlement: Entitlement | None) -> int:
    """How often it was used in the period that runs today."""
    if entitlement is None:
        return 0
    begun = period_start(benefit)
    if begun is not None and entitlement.period_start != begun:
        return 0
    return entitlement.used_count


def uses_left(benefit: Benefit, entitlement: Entitlement | None) -> int | None:
    """How often it can still be used in this period; None when there is no limit."""
    if benefit.uses_each is None:
        return None
    return max(0, benefit.uses_each - used_now(benefit, entitlement))


def state_after(benefit: Benefit, used: int) -> EntitlementState:
    """What a right is called after so many uses in its period."""
    if not used:
        return EntitlementState.CLAIMED
    if benefit.uses_each is not None and used >= benefit.uses_each:
        return EntitlementState.USED_UP
    return EntitlementState.PART_USED


def state_now(benefit: Benefit, entitlement: Entitlement) -> EntitlementState:
    """The state as of today: what was used up last month is there again when the uses renew."""
    state = EntitlementState(entitlement.state)
    if state in {EntitlementState.PART_USED, EntitlementState.USED_UP}:
        return state_after(benefit, used_now(benefit, entitlement))
    return state


def is_usable(benefit: Benefit, entitlement: Entitlement) -> bool:
    """Whether a code may be shown or used today, as far as the right itself decides."""
    return state_now(benefit, entitlement) in {EntitlementState.CLAIMED, EntitlementState.PART_USED}
