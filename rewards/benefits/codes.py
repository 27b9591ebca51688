"""One-time codes: each lives a minute, then the next is shown."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import clock
from foundation.actors import Actor
from foundation.errors import Conflict
from foundation.secrets import hmac_hex
from rewards.benefits.entitlements import claim
from rewards.benefits.models import Benefit, Entitlement, EntitlementState, Voucher, VoucherState
from rewards.benefits.selectors import uses_left

LIFE = dt.timedelta(seconds=60)
GRACE = dt.timedelta(seconds=15)
"""A code typed while it changes on the leader's screen still counts."""


def digest(code: str) -> str:
    """What is stored of a code."""
    return hmac_hex("voucher", code)


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code in clear, for the screen of its owner only."""

    code: str
    expires_at: dt.datetime
    seconds: int


@transaction.atomic
def issue_code(*, benefit: Benefit, acting_user: Actor) -> ShownCode:
    """A new code of eight digits for a minute; the one before is cancelled.

    Raises `Missing`, `Conflict` when nothing is left, the offer is paused, or one is still waiting for a place.
    """
    entitlement = claim(benefit=benefit, acting_user=acting_user)
    locked = Entitlement.objects.select_for_update().get(pk=entitlement.pk)
    if locked.state == EntitlementState.WAITING:
        raise Conflict(_("名额满了，您在候补里，有空位就通知您。"))
    if locked.state != EntitlementState.CLAIMED or not benefit.needs_code or uses_left(benefit, locked) == 0:
        raise Conflict(_("这一项已经用完了。"))
    now = clock.now()
    live = Voucher.objects.filter(entitlement=locked, state=VoucherState.ISSUED)
    live.update(state=VoucherState.CANCELLED, expires_at=now)
    code = _free_code(now)
    Voucher.objects.create(entitlement=locked, code_digest=digest(code), issued_at=now, expires_at=now + LIFE)
    return ShownCode(code, now + LIFE, int(LIFE.total_seconds()))


def _free_code(now: dt.datetime) -> str:
    """Eight digits that no code of the last day has; after five tries any, since a clash harms nobody but itself."""
    code = ""
    for _attempt in range(5):
        code = f"{secrets.randbelow(10**8):08d}"
        if not Voucher.objects.filter(code_digest=digest(code), expires_at__gt=now - dt.timedelta(days=1)).exists():
            break
    return code
