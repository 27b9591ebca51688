"""What comes round by itself: counters, codes and sessions that are over go."""

from __future__ import annotations

from django.core.management import call_command

from foundation.periodic import every
from volunteers.accounts.codes import forget_old_codes
from volunteers.accounts.limits import forget_old


@every(24 * 3600)
def forget() -> None:
    """Nothing of a sign-in is kept longer than it is needed."""
    forget_old()
    forget_old_codes()
    call_command("clearsessions")
