"""What comes round by itself: the ends of roles and offers, renewed uses, places that wait to be given, old codes."""

from __future__ import annotations

from foundation.periodic import every
from rewards.benefits import endings, offers


@every(300)
def look_at_the_day() -> None:
    """Within minutes of midnight; running again changes nothing."""
    offers.end_past_offers()
    endings.revoke_past_roles()
    endings.renew_uses()
    endings.serve_lines()


@every(3600)
def forget_codes() -> None:
    """A page that is left open shows a new code every minute."""
    endings.drop_old_codes()
