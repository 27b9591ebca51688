"""Rights to a benefit: claimed by whoever holds the role, in line beyond its places, given back, ended with the role.

Whoever counts or moves places holds the lock of the benefit, then that of the right. A place that becomes free goes to
the next in line in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid, Missing
from rewards.benefits import news
from rewards.benefits.entitled import grant_for, post_of
from rewards.benefits.models import Benefit, BenefitState, Entitlement, EntitlementState, Voucher, VoucherState
from rewards.benefits.periods import period_start, state_after, used_now
from rewards.benefits.tokens import GRACE
from volunteers.units.rights import Right, require

State = EntitlementState
AGAIN = (State.RETURNED, State.REVOKED)
"""From these a person who holds the role claims anew."""


def lock(benefit: Benefit) -> Benefit:
    """The benefit as it is now, locked: nobody else counts its places meanwhile."""
    rows = Benefit.objects.select_for_update(of=("self",), no_key=True).select_related("package__unit")
    return rows.get(pk=benefit.pk)


def kill_codes(entitlement_ids: Iterable[int], *, paper: bool = True) -> None:
    """No code of these rights counts any more, not even for the moment that a replaced one has."""
    dead_since = clock.now() - GRACE
    codes = Voucher.objects.filter(entitlement_id__in=list(entitlement_ids), expires_at__gt=dead_since)
    if not paper:
        codes = codes.filter(is_paper=False)
    codes.exclude(state=VoucherState.VERIFIED).update(state=VoucherState.CANCELLED, expires_at=dead_since)


def _is_full(benefit: Benefit) -> bool:
    """Whether a newcomer waits: no place is left, or others came before."""
    if benefit.places is None:
        return False
    rows = Entitlement.objects.filter(benefit=benefit)
    return rows.in_line().exists() or rows.placed().count() >= benefit.places


def _fresh(benefit: Benefit, used: int = 0) -> dict[str, object]:
    """What a right starts with; a place on which something was used is still one's own."""
    begun = {"used_count": used, "period_start": period_start(benefit)}
    if not used and _is_full(benefit):
        return {"state": State.WAITING, "waiting_since": clock.now(), **begun}
    return {"state": state_after(benefit, used), "waiting_since": None, **begun}


@transaction.atomic
def claim(*, benefit: Benefit, acting_user: Actor) -> Entitlement:
    """Open one's right to a benefit; beyond its places one waits in line. Claiming again gives the same row.

    Who may: whoever holds a role that the benefit names, in or below the package's unit. Raises `Missing`, `Conflict`.
    """
    grant = grant_for(acting_user, benefit)
    if grant is None or acting_user.person_id is None:
        raise Missing
    return claim_for(benefit=benefit, person_id=acting_user.person_id, unit_id=grant.unit_id, acting_user=acting_user)


@transaction.atomic
def claim_for(*, benefit: Benefit, person_id: int, unit_id: int, acting_user: Actor) -> Entitlement:
    """The same for somebody whose role in a unit the caller has looked up."""
    mine = Entitlement.objects.filter(benefit=benefit, person_id=person_id)
    if (stored := mine.first()) and stored.state not in AGAIN:
        return stored
    counted = lock(benefit) if benefit.places is not None else benefit
    if not is_open(counted):
        raise Conflict(_("这一项现在用不了。"))
    row, new = Entitlement.objects.get_or_create(
        benefit=benefit, person_id=person_id, defaults={"unit_id": unit_id, **_fresh(counted)}
    )
    if not new:
        row = Entitlement.objects.select_for_update(no_key=True).get(pk=row.pk)
        again = {"unit_id": unit_id, **_fresh(counted, used_now(counted, row))}
        if not mine.filter(state__in=AGAIN).update(**again):
            return mine.get()
        row.refresh_from_db()
    audit.record(actor=acting_user, act="benefit.claim", obj=row, unit_id=unit_id, data={"state": str(row.state)})
    return row


def is_open(benefit: Benefit) -> bool:
    """Whether the offer runs today."""
    return benefit.state == BenefitState.LIVE and benefit.starts_on <= clock.today() <= benefit.ends_on


def can_give_back(row: Entitlement) -> bool:
    """Whether a place in the line, or one on which nothing was used, is one's own to return."""
    return row.state == State.WAITING or (row.state == State.CLAIMED and not row.used_count)


@transaction.atomic
def give_back(*, benefit: Benefit, acting_user: Actor) -> Entitlement:
    """Leave the line, or give an unused place to the next in it; once more changes nothing.

    Raises `Missing` for whoever has nothing, `Conflict` when something was used.
    """
    counted = lock(benefit)
    rows = Entitlement.objects.select_for_update(no_key=True)
    row = rows.filter(benefit=benefit, person_id=acting_user.person_id or 0).first()
    if row is None:
        raise Missing
    if row.state == State.RETURNED:
        return row
    if not can_give_back(row):
        raise Conflict(_("用过的就留着吧，退不了了。"))
    row.state, row.waiting_since = State.RETURNED, None
    row.save(update_fields=["state", "waiting_since"])
    kill_codes([row.pk])
    audit.record(actor=acting_user, act="benefit.give_back", obj=row, unit_id=row.unit_id)
    hand_on(counted)
    return row


def hand_on(benefit: Benefit) -> list[Entitlement]:
    """Give free places to the next in line, and tell them. The caller holds the lock of the benefit.

    Whoever no longer holds the role leaves the line instead.
    """
    rows = Entitlement.objects.filter(benefit=benefit)
    free = None if benefit.places is None else benefit.places - rows.placed().count()
    given: list[Entitlement] = []
    for row in rows.in_line().select_for_update(no_key=True).iterator(chunk_size=200):
        if free is not None and len(given) >= free:
            break
        row.waiting_since = None
        row.state = State.CLAIMED if post_of(benefit, row.person_id) else State.REVOKED
        row.period_start = period_start(benefit)
        row.save(update_fields=["state", "waiting_since", "period_start"])
        if row.state == State.CLAIMED:
            given.append(row)
    for row in sorted(given, key=lambda one: one.person_id):
        news.got_a_place(row, benefit)
    return given


@transaction.atomic
def set_places(*, benefit: Benefit, places: int, reason: str = "", acting_user: Actor) -> int:
    """Set how many places there are in all; returns how many in line got one.

    Who may: MANAGE_BENEFITS in the package's unit. Raises `Denied`, `Invalid` below what is taken already.
    """
    require(acting_user, Right.MANAGE_BENEFITS, benefit.package.unit)
    counted = lock(benefit)
    taken = Entitlement.objects.filter(benefit=benefit).placed().count()
    if places < max(taken, 1):
        raise Invalid(errors={"places": _("已经有 %d 位领了，名额不能比这少。") % taken})
    before, counted.places = counted.places, places
    counted.save(update_fields=["places"])
    data = {"before": before, "after": places}
    unit_id = counted.package.unit_id
    audit.record(actor=acting_user, act="benefit.places", obj=counted, unit_id=unit_id, reason=reason, data=data)
    return len(hand_on(counted)) if counted.state in {BenefitState.LIVE, BenefitState.PAUSED} else 0
