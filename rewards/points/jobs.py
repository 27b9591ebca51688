"""What comes round by itself: holds run out, a quarter on duty is paid, old points are told of and run out."""

from __future__ import annotations

from foundation.periodic import every
from rewards.points import duty, expiry, holds


@every(60)
def let_holds_run_out() -> None:
    """Each minute, so that what was set aside is free again soon after its time."""
    holds.let_run_out()


@every(6 * 3600)
def look_at_the_day() -> None:
    """Some times a day, and only the first of them finds something to do."""
    duty.pay_duty()
    expiry.expire()
    expiry.warn()
