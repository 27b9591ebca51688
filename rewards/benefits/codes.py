"""One-time codes: each lives a minute on the screen, then the next is shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import clock
from foundation.actors import Actor
from foundation.errors import Conflict, Missing
from rewards.benefits.entitled import grant_for
from rewards.benefits.entitlements import claim, is_open
from rewards.benefits.models import Benefit, Entitlement, EntitlementState, Voucher, VoucherState
from rewards.benefits.periods import is_usable, uses_left
from rewards.benefits.tokens import LIFE, Code, digest, match_of, new_code

__all__ = ["ShownCode", "digest", "issue_code"]


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code in clear, for the screen of its owner only. `match` is what the merchant's screen shows too."""

    code: str
    qr: str
    match: str
    expires_at: dt.datetime
    seconds: int


def _mine(benefit: Benefit, acting_user: Actor) -> Entitlement:
    """One's right, locked; where places are counted it has to be claimed before."""
    if grant_for(acting_user, benefit) is None:
        raise Missing
    rows = Entitlement.objects.select_for_update(of=("self",), no_key=True)
    if benefit.places is None:
        return rows.get(pk=claim(benefit=benefit, acting_user=acting_user).pk)
    row = rows.filter(benefit=benefit, person_id=acting_user.person_id or 0).first()
    if row is None or row.state in {EntitlementState.RETURNED, EntitlementState.REVOKED}:
        raise Conflict(_("先领一个名额，再来出示。"))
    return row


@transaction.atomic
def issue_code(*, benefit: Benefit, acting_user: Actor) -> ShownCode:
    """A new code of eight digits for a minute; the one before is cancelled.

    Raises `Missing`, `Conflict` when nothing is left, the offer is paused, or one has no place yet.
    """
    mine = _mine(benefit, acting_user)
    if not is_open(benefit) or not benefit.needs_code:
        raise Conflict(_("这一项现在用不了。"))
    if mine.state == EntitlementState.WAITING:
        raise Conflict(_("名额满了，您在候补里，有空位就通知您。"))
    if not is_usable(benefit, mine) or uses_left(benefit, mine) == 0:
        raise Conflict(_("这一项已经用完了。"))
    now = clock.now()
    live = Voucher.objects.filter(entitlement=mine, state=VoucherState.ISSUED, is_paper=False)
    live.update(state=VoucherState.CANCELLED, expires_at=now)
    code = _free_code(now)
    voucher = Voucher.objects.create(
        entitlement=mine,
        code_digest=code.code_digest,
        qr_digest=code.qr_digest,
        issued_at=now,
        expires_at=now + LIFE,
    )
    return ShownCode(code.digits, code.qr, match_of(voucher.pk), now + LIFE, int(LIFE.total_seconds()))


def _free_code(now: dt.datetime) -> Code:
    """Digits that no code of the last day has; after five tries any, since a clash harms nobody but itself."""
    code = new_code(now + LIFE)
    since = now - dt.timedelta(days=1)
    for _attempt in range(4):
        if not Voucher.objects.filter(code_digest=code.code_digest, expires_at__gt=since).exists():
            break
        code = new_code(now + LIFE)
    return code
