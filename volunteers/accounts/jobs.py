"""What comes round by itself: counters, codes and sessions that are over go."""

from __future__ import annotations

from django.core.management import call_command

from foundation.periodic import every
from volunteers.accounts.budget import tell_of_alarms
from volunteers.accounts.codes import forget_old_codes
from volunteers.accounts.devices import forget_unused
from volunteers.accounts.limits import forget_old

SESSION_DAYS = 31


@every(24 * 3600)
def forget() -> None:
    """Nothing of a sign-in is kept longer than it is needed."""
    forget_old()
    forget_old_codes()
    forget_unused(SESSION_DAYS)
    call_command("clearsessions")


@every(60)
def watch_messages() -> None:
    """Whoever keeps the district hears at once when texts do not leave."""
    tell_of_alarms()
