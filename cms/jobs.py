"""What comes round by itself: pages whose hour has come, and staff groups as today's appointments have them."""

from __future__ import annotations

from django.core.management import call_command

from cms.sections import sync_staff_groups
from foundation.periodic import every


@every(60)
def publish_scheduled() -> None:
    """Pages appear and go at the time their editors set."""
    call_command("publish_scheduled", verbosity=0)


@every(24 * 3600)
def sync_sections() -> None:
    """Who left a unit's staff leaves its section; asked besides at every sign-in and every request."""
    sync_staff_groups()
