"""What the days bring: rights end with the role, offers with their last day, uses renew, old codes go.

Each runs again without harm. What has ended is refused at the till in any case; this sets the rows right and hands the
places on.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from foundation import audit, clock
from foundation.actors import SYSTEM
from rewards.benefits import news
from rewards.benefits.entitled import post_of
from rewards.benefits.entitlements import hand_on, kill_codes, lock
from rewards.benefits.models import Benefit, BenefitState, Entitlement, EntitlementState, Renewal, Voucher, VoucherState
from rewards.benefits.periods import period_start
from volunteers.units.models import Appointment

LOOK_BACK = dt.timedelta(days=40)
"""A worker that stood still for a month still finds whose role has ended."""
CODES_KEPT = dt.timedelta(days=2)


def revoke_past_roles() -> int:
    """Take back what a role gave once the last role that gave it has ended; returns of how many people."""
    today = clock.today()
    ended = Appointment.objects.filter(ends_on__lt=today, ends_on__gte=today - LOOK_BACK)
    people = Entitlement.objects.revocable().filter(person_id__in=ended.values("person_id"))
    ids = sorted(set(people.values_list("person_id", flat=True)))
    return sum(bool(revoke_of(person_id)) for person_id in ids)


@transaction.atomic
def revoke_of(person_id: int) -> int:
    """The rights of one person that no role of today gives; each place goes to the next in line."""
    mine = Entitlement.objects.revocable().filter(person_id=person_id).select_related("benefit__package__unit")
    lost = [row for row in mine.order_by("benefit_id") if post_of(row.benefit, person_id) is None]
    benefits = [lock(row.benefit) for row in lost]
    for row, benefit in zip(lost, benefits, strict=True):
        Entitlement.objects.revocable().filter(pk=row.pk).update(state=EntitlementState.REVOKED, waiting_since=None)
        kill_codes([row.pk])
        audit.record(actor=SYSTEM, act="benefit.revoke", obj=row, unit_id=row.unit_id)
        hand_on(benefit)
    if lost:
        news.role_ended(person_id)
    return len(lost)


def serve_lines() -> int:
    """Give out places that lie free although somebody waits; returns how many."""
    waiting = Entitlement.objects.filter(state=EntitlementState.WAITING).values("benefit_id")
    running = [BenefitState.LIVE, BenefitState.PAUSED]
    given = 0
    for benefit in Benefit.objects.filter(pk__in=waiting, state__in=running).order_by("pk"):
        with transaction.atomic():
            given += len(hand_on(lock(benefit)))
    return given


def renew_uses() -> int:
    """Begin the uses of a new month, quarter or year in the rows; whoever looks counts from today's period anyway.

    A place whose holder lost the role after using it is free with the new period, too.
    """
    renewed = 0
    spent = [EntitlementState.PART_USED, EntitlementState.USED_UP]
    for renews in (Renewal.MONTH, Renewal.QUARTER, Renewal.YEAR):
        begun = period_start(Benefit(renews=renews))
        rows = Entitlement.objects.filter(benefit__renews=renews, period_start__lt=begun)
        fresh = {"used_count": 0, "period_start": begun}
        renewed += rows.filter(state__in=spent).update(state=EntitlementState.CLAIMED, **fresh)
        renewed += rows.filter(state=EntitlementState.REVOKED, used_count__gt=0).update(**fresh)
    return renewed


def drop_old_codes() -> int:
    """Forget codes that ran out two days ago and were never used; returns how many."""
    old = Voucher.objects.filter(expires_at__lt=clock.now() - CODES_KEPT).exclude(state=VoucherState.VERIFIED)
    return old.delete()[0]
