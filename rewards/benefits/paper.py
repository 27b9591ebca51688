"""A benefit on paper, for somebody without a phone: one use, a QR and ten digits, valid to the end of the month."""

from __future__ import annotations

import calendar
import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Missing
from rewards.benefits.entitled import entitling
from rewards.benefits.entitlements import claim_for, is_open
from rewards.benefits.models import Benefit, Entitlement, EntitlementState, Voucher, VoucherState
from rewards.benefits.periods import is_usable, uses_left
from rewards.benefits.permissions import can_print_for
from rewards.benefits.tokens import Code, paper_code
from volunteers.units.models import Appointment


def _last_moment(benefit: Benefit) -> dt.datetime:
    """The end of the month, or of the benefit where that comes first."""
    today = clock.today()
    day = min(today.replace(day=calendar.monthrange(today.year, today.month)[1]), benefit.ends_on)
    return dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=timezone.get_current_timezone())


def code_of(voucher: Voucher) -> Code:
    """What stands on a paper voucher; the same each time it is printed."""
    return paper_code(voucher.pk, voucher.expires_at)


@transaction.atomic
def issue_paper_voucher(
    *,
    id: uuid.UUID,  # noqa: A002
    benefit: Benefit,
    appointment: Appointment,
    acting_user: Actor,
) -> Voucher:
    """A voucher for one use, for the holder of a role below; the paper before it no longer counts.

    Who may: leaders above the holder's unit, and staff. The same id twice is the same voucher. Raises `Denied`,
    `Missing` for whom the role does not entitle, `Conflict` when nothing is left or no place was to be had.
    """
    if not can_print_for(acting_user, appointment.unit):
        raise Denied
    if not entitling(benefit).filter(pk=appointment.pk).exists():
        raise Missing
    stored = Voucher.objects.filter(pk=id, is_paper=True).select_related("entitlement").first()
    if stored is not None:
        return _same_or_missing(stored, benefit, appointment)
    row = claim_for(
        benefit=benefit, person_id=appointment.person_id, unit_id=appointment.unit_id, acting_user=acting_user
    )
    mine = Entitlement.objects.select_for_update(no_key=True).get(pk=row.pk)
    _require_something(benefit, mine)
    old = Voucher.objects.filter(entitlement=mine, is_paper=True, state=VoucherState.ISSUED)
    old.update(state=VoucherState.CANCELLED, expires_at=clock.now() - dt.timedelta(minutes=1))
    until = _last_moment(benefit)
    code = paper_code(id, until)
    voucher = Voucher.objects.create(
        id=id, entitlement=mine, code_digest=code.code_digest, qr_digest=code.qr_digest, is_paper=True,
        issued_by_id=acting_user.pk, issued_at=clock.now(), expires_at=until,
    )  # fmt: skip
    audit.record(actor=acting_user, act="voucher.paper", obj=voucher, unit_id=mine.unit_id, data={"proxy": True})
    return voucher


def _same_or_missing(stored: Voucher, benefit: Benefit, appointment: Appointment) -> Voucher:
    """A repeat; an id that was used for somebody else says nothing about them."""
    row = stored.entitlement
    if row.benefit_id != benefit.pk or row.person_id != appointment.person_id:
        raise Missing
    return stored


def _require_something(benefit: Benefit, mine: Entitlement) -> None:
    if not is_open(benefit) or not benefit.needs_code:
        raise Conflict(_("这一项现在用不了。"))
    if mine.state == EntitlementState.WAITING:
        raise Conflict(_("名额满了，已经替他排上候补，有空位就能打。"))
    if not is_usable(benefit, mine) or uses_left(benefit, mine) == 0:
        raise Conflict(_("这一项已经用完了。"))
