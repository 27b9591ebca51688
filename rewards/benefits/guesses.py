"""How often a shop may type a code that nobody has: some a minute, and after several such minutes a longer wait.

The counts are shared by all phones of a shop. Without Redis they fail open: eight digits that live a minute are far
more than anybody guesses in that time.
"""

from __future__ import annotations

from django.core.cache import cache
from django.utils.translation import gettext as _

from foundation import clock
from foundation.errors import TooMany
from rewards.benefits.models import Merchant

WRONG_A_MINUTE = 20
BURSTS_AN_HOUR = 3
LOCKED_SECONDS = 30 * 60
_HOUR = 3600


def _counted(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    return cache.incr(key)


def refuse_if_locked(merchant: Merchant) -> None:
    """Raise `TooMany` while the shop waits out its bursts."""
    if cache.get(f"codes-locked:{merchant.pk}"):
        raise TooMany(_("刚才输错得太多，先歇半小时。真的券到时照样能验；急用请打社区电话。"))


def count_wrong(merchant: Merchant) -> None:
    """Count a code that nobody has; raise `TooMany` beyond the minute's share. The third burst in an hour locks."""
    now = int(clock.now().timestamp())
    wrong = _counted(f"wrong-codes:{merchant.pk}:{now // 60}", 120)
    if wrong <= WRONG_A_MINUTE:
        return
    first_of_this_minute = wrong == WRONG_A_MINUTE + 1
    if first_of_this_minute and _counted(f"wrong-bursts:{merchant.pk}:{now // _HOUR}", _HOUR) >= BURSTS_AN_HOUR:
        cache.set(f"codes-locked:{merchant.pk}", 1, LOCKED_SECONDS)
    raise TooMany(_("输错的次数太多了，请过一分钟再试。"))
